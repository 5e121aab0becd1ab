import { readConfig } from '../application/resolve/read-config.ts';
import type { ProviderEntry } from '../domain/config/config.ts';
import { findReferenced } from '../domain/deployment/run-references.ts';
import type { ConfigReader } from './composition/config-reader.ts';
import type { ProviderEvent } from './schema.ts';

/** The config entry of the provider that an event refers to, from the very version of the config that the run reads. */
export async function readReferencedEntry(
  config: ConfigReader,
  event: Pick<ProviderEvent, 'config' | 'provider'>,
): Promise<ProviderEntry> {
  return findReferenced(await readConfig({ configSource: config.source(event.config) }), event.provider);
}
