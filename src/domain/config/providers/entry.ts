import { LATEST } from '../../provider/requested-version.ts';
import type { ProviderEntry } from '../config.ts';
import { addressesOf, type EntryForm } from './schema.ts';

/** The entries that one object of the config stands for: one for each of its hostnames. */
export function entriesOf(form: EntryForm, path: string): readonly ProviderEntry[] {
  return addressesOf(form).map((address) => ({
    path,
    address,
    requested: form.version?.requested ?? LATEST,
    platforms: form.platforms,
    pinnedKeyId: form['gpg-key-id']?.keyId,
    retain: (form.retain ?? []).map(({ constraint }) => constraint),
    destinations: form.destinations?.map(({ name }) => name),
    allowOtherVersionNames: form['allow-other-version-names'] ?? false,
  }));
}

/** An entry in the form of `config.json`, read back by `parseProviderEntry` as the same entry. */
export function serializeProviderEntry(entry: ProviderEntry): Record<string, unknown> {
  const { address, requested, platforms, pinnedKeyId, retain, destinations, allowOtherVersionNames } = entry;
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
  };
}
