import { readConfig } from '../application/resolve/read-config.ts';
import type { ProviderEntry, SyncConfig } from '../domain/config/config.ts';
import { findReferenced } from '../domain/deployment/run-references.ts';
import type { ConfigReader } from './composition/config-reader.ts';
import type { ProviderEvent } from './schema.ts';

/** A provider's entry and the config that it stands in. */
export interface ReferencedEntry {
  readonly entry: ProviderEntry;
  readonly config: SyncConfig;
}

/** The config entry of the provider that an event refers to, from the very version of the config that the run reads. */
export async function readReferencedEntry(
  config: ConfigReader,
  event: Pick<ProviderEvent, 'config' | 'provider'>,
): Promise<ReferencedEntry> {
  const found = await readConfig({ configSource: config.source(event.config) });
  return { entry: findReferenced(found, event.provider), config: found };
}
