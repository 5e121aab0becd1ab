import type { SyncConfig } from '../../domain/config/config.ts';
import { SyncError } from '../../domain/errors.ts';
import { parseAddress } from '../../domain/provider/address.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { BundleDraft, SealedBundle } from '../../ports/bundle.ts';
import type { SyncOptions, SyncPorts } from '../sync/ports.ts';
import type { RunResult } from '../sync/results.ts';
import { syncProviders } from '../sync/sync-providers.ts';

export interface ExportPorts extends Omit<SyncPorts, 'destinations' | 'destinationsNamed'> {
  readonly draft: BundleDraft;
}

/** A bundle that was written, in figures. */
interface WrittenBundle {
  readonly location: string;
  readonly created: string;
  readonly manifestSha256: string;
  /** Digest of the manifest that it continues; null when it stands alone. */
  readonly base: string | null;
  readonly signed: boolean;
  /** Versions with something new. */
  readonly versions: number;
  readonly files: number;
  readonly bytes: number;
}

/** `bundle` is null when a provider failed, or when nothing is new since the base. */
export interface ExportResult extends RunResult {
  readonly bundle: WrittenBundle | null;
}

export interface ExportOptions extends SyncOptions {
  /** Bytes of the bundle written so far, and of how many. */
  readonly onWritten?: (bytes: number, total: number) => void;
}

/**
 * Fills a bundle with every provider of the config by a sync, and gives it its name when all of them arrived: a
 * bundle is whole or not at all. What arrived before another failed stays for the next export to the same place.
 */
export async function exportBundle(
  { draft, ...ports }: ExportPorts,
  config: SyncConfig,
  { onWritten, ...options }: ExportOptions = {},
): Promise<ExportResult> {
  // Where the config sends a provider is of no matter to a bundle.
  const providers = config.providers.map((entry) => ({ ...entry, destinations: undefined }));
  const destinations = [draft.destination];
  const run = await syncProviders(
    { ...ports, destinations, destinationsNamed: false },
    { ...config, providers },
    options,
  );
  if (!run.summary.ok) return { ...run, bundle: null };
  if (options.signal?.aborted) throw interruptionOf(options.signal.reason);
  const { signal } = options;
  const sealed = await draft.seal(versionsOf(run), {
    signal,
    ...(onWritten === undefined ? {} : { onProgress: onWritten }),
  });
  return { ...run, bundle: sealed === undefined ? null : writtenBundle(sealed) };
}

function versionsOf({ providers }: RunResult) {
  const delivered = providers.filter(({ outcome }) => outcome !== 'held');
  const versions = new Map(
    delivered.map((provider) => {
      const address = parseAddress(provider.address);
      const version = parseVersion(provider.version ?? '');
      if (address === undefined || version === undefined) {
        throw new SyncError('InternalError', `A sync named ${provider.address} ${provider.version}.`);
      }
      return [`${provider.address} ${version.canonical}`, { address, version }] as const;
    }),
  );
  return [...versions.values()];
}

function writtenBundle({ location, manifest, manifestSha256, signed }: SealedBundle): WrittenBundle {
  return {
    location,
    created: manifest.created.toISOString(),
    manifestSha256,
    base: manifest.base?.manifestSha256 ?? null,
    signed,
    versions: manifest.versions.length,
    files: manifest.files.length,
    bytes: manifest.files.reduce((sum, { size }) => sum + size, 0),
  };
}
