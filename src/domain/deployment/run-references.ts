import type { ProviderEntry, SyncConfig } from '../config/config.ts';
import { SyncError } from '../errors.ts';
import { formatAddress } from '../provider/address.ts';

/** The config object of one run. Every function of the run reads exactly this version. */
export interface ConfigReference {
  readonly bucket: string;
  readonly key: string;
  /** Null when the bucket keeps no versions. */
  readonly versionId: string | null;
}

/** `s3://bucket/key`, with the version when there is one. */
export function formatConfigReference({ bucket, key, versionId }: ConfigReference): string {
  return `s3://${bucket}/${key}${versionId === null ? '' : ` (version ${versionId})`}`;
}

/** One provider of the config, small enough that a thousand of them fit into a payload. */
export interface ProviderReference {
  /** Its position in the config, from 0. */
  readonly index: number;
  /** Formatted provider address. */
  readonly address: string;
  /** What the config asks for: "latest", a version or a constraint. */
  readonly version: string;
}

export function referencesOf(config: SyncConfig): readonly ProviderReference[] {
  return config.providers.map(({ address, requested }, index) => ({
    index,
    address: formatAddress(address),
    version: requested.text,
  }));
}

/**
 * The entry a reference stands for. Throws ConfigInvalid when the config no longer has it there, which can
 * happen only where the bucket keeps no versions.
 */
export function findReferenced(config: SyncConfig, { index, address }: ProviderReference): ProviderEntry {
  const entry = config.providers[index];
  if (entry !== undefined && formatAddress(entry.address) === address) return entry;
  throw new SyncError(
    'ConfigInvalid',
    `The config changed during the run: provider ${index + 1} is no longer ${address}. Turn versioning on for the config bucket, and start the sync again.`,
  );
}
