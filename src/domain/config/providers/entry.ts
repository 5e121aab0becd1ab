import { type AdmissionPolicy, narrowPolicy } from '../../admission/policy.ts';
import { LATEST } from '../../provider/requested-version.ts';
import type { ProviderEntry } from '../config.ts';
import { policyOf, serializePolicy } from '../policy/schema.ts';
import { addressesOf, type EntryForm } from './schema.ts';

/** The entries that one object of the config stands for: one for each of its hostnames. */
export function entriesOf(
  form: EntryForm,
  path: string,
  wholePolicy: AdmissionPolicy | undefined,
): readonly ProviderEntry[] {
  const ownPolicy = form.policy && policyOf(form.policy);
  return addressesOf(form).map((address) => ({
    path,
    address,
    requested: form.version?.requested ?? LATEST,
    platforms: form.platforms,
    pinnedKeyId: form['gpg-key-id']?.keyId,
    retain: (form.retain ?? []).map(({ constraint }) => constraint),
    destinations: form.destinations?.map(({ name }) => name),
    allowOtherVersionNames: form['allow-other-version-names'] ?? false,
    policy: narrowPolicy(wholePolicy, ownPolicy, address),
  }));
}

/** An entry in the form of `config.json`, read back by `parseProviderEntry` as the same entry. */
export function serializeProviderEntry(entry: ProviderEntry): Record<string, unknown> {
  const { address, requested, platforms, pinnedKeyId, retain, destinations, allowOtherVersionNames, policy } =
    entry;
  return {
    provider: address.type,
    namespace: address.namespace,
    hostname: address.hostname,
    version: requested.text,
    platforms: platforms.map(({ os, arch }) => ({ os, arch })),
    ...(pinnedKeyId !== undefined && { 'gpg-key-id': pinnedKeyId }),
    ...(retain.length > 0 && { retain: retain.map(({ text }) => text) }),
    ...(destinations !== undefined && { destinations }),
    ...(allowOtherVersionNames && { 'allow-other-version-names': true }),
    ...(policy && { policy: serializePolicy(policy) }),
  };
}
