import type { Sha256 } from '../artifact/sha256.ts';
import { SyncError } from '../errors.ts';
import { formatAddress } from '../provider/address.ts';
import type { BundleManifest } from './manifest.ts';

/** What earlier imports left behind. Keys of `providers` are formatted addresses. */
export interface ImportHistory {
  /** Bundles that were imported whole, by the digest of their manifests. */
  readonly imported: ReadonlyMap<Sha256, { readonly created: Date; readonly importedAt: Date }>;
  /** When the newest bundle was made that brought each provider. */
  readonly providers: ReadonlyMap<string, { readonly created: Date }>;
}

export const EMPTY_HISTORY: ImportHistory = { imported: new Map(), providers: new Map() };

/** Most bundles remembered one by one; the oldest imports are forgotten, the providers' dates never. */
const MOST_REMEMBERED = 1000;

/**
 * Throws BundleOutOfOrder when the bundle continues one that was never imported whole, and, unless `allowOlder`,
 * when it is older than the bundle that last brought one of its providers: it would take that provider back, to a
 * version that may have been left for a reason. The newest bundle may be imported again.
 */
export function requireOrder(
  manifest: BundleManifest,
  history: ImportHistory,
  { allowOlder }: { readonly allowOlder: boolean },
): void {
  const { base, created } = manifest;
  if (base !== undefined && !history.imported.has(base.manifestSha256)) {
    throw new SyncError(
      'BundleOutOfOrder',
      `The bundle holds only what is new since the bundle of ${base.created.toISOString()} (its manifest has the ` +
        `SHA-256 ${base.manifestSha256}), which was never imported whole here. Import that one first, or export a ` +
        'bundle without --since. Nothing was delivered.',
    );
  }
  if (allowOlder) return;
  const newer = addressesOf(manifest).filter(
    (address) => (history.providers.get(address)?.created.getTime() ?? -Infinity) > created.getTime(),
  );
  if (newer.length === 0) return;
  const [first = ''] = newer;
  const known = history.providers.get(first)?.created.toISOString();
  const others = newer.length === 1 ? '' : ` and ${newer.length - 1} more`;
  throw new SyncError(
    'BundleOutOfOrder',
    `The bundle was made on ${created.toISOString()}, and ${first}${others} came with a newer one, of ${known}. ` +
      'Importing it could take providers back. Give --allow-older if that is what you want. Nothing was delivered.',
  );
}

export interface ImportedBundle {
  readonly manifest: BundleManifest;
  readonly manifestSha256: Sha256;
  readonly importedAt: Date;
  /** Formatted addresses of the providers that arrived everywhere. */
  readonly arrived: ReadonlySet<string>;
  /** Whether all of the bundle that was wanted arrived. */
  readonly whole: boolean;
}

/** The history with one import more. With an older bundle the dates go back: from then on it counts. */
export function rememberImport(history: ImportHistory, bundle: ImportedBundle): ImportHistory {
  const { manifest, manifestSha256, importedAt, arrived, whole } = bundle;
  const { created } = manifest;
  const providers = new Map(history.providers);
  for (const address of addressesOf(manifest)) if (arrived.has(address)) providers.set(address, { created });
  const imported = new Map(history.imported);
  if (whole) imported.set(manifestSha256, { created, importedAt });
  const newest = [...imported].toSorted(
    ([, a], [, b]) => b.importedAt.getTime() - a.importedAt.getTime() || 0,
  );
  return { imported: new Map(newest.slice(0, MOST_REMEMBERED)), providers };
}

function addressesOf({ versions }: BundleManifest): readonly string[] {
  return [...new Set(versions.map(({ address }) => formatAddress(address)))];
}
