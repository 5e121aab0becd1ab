import { type AdmissionPolicy, narrowPolicy } from '../../admission/policy.ts';
import { LATEST } from '../../provider/requested-version.ts';
import type { ProviderEntry } from '../config.ts';
import { policyOf } from '../policy/schema.ts';
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
