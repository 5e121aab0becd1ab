import { type ImportHistory, rememberImport, requireOrder } from '../../domain/bundle/import-order.ts';
import type { ProviderEntry, SyncConfig } from '../../domain/config/config.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import { formatPlatform, samePlatform } from '../../domain/provider/platform.ts';
import type { ImportHistoryStore, OpenedBundle } from '../../ports/bundle.ts';
import type { SyncOptions, SyncPorts } from '../sync/ports.ts';
import type { RunResult } from '../sync/results.ts';
import { syncProviders } from '../sync/sync-providers.ts';
import { type ProvedVersion, proveBundle } from './prove-bundle.ts';

/** `destinations` are the config's. */
export interface ImportPorts extends Omit<SyncPorts, 'publicRegistry'> {
  readonly bundle: OpenedBundle;
  readonly history: ImportHistoryStore;
}

export interface ImportOptions extends SyncOptions {
  /** Takes a bundle that is older than one that was imported. */
  readonly allowOlder?: boolean;
}

/** A version of the bundle that was not delivered, and why. */
interface SkippedVersion {
  readonly address: string;
  readonly version: string;
  readonly reason: string;
}

export interface ImportResult extends RunResult {
  readonly bundle: {
    readonly location: string;
    readonly created: string;
    readonly manifestSha256: string;
    /** Digest of the manifest that it continues; null when it stands alone. */
    readonly base: string | null;
    /** Whether a signature over the manifest was verified. */
    readonly signatureVerified: boolean;
  };
  readonly skipped: readonly SkippedVersion[];
  /** What a person should know of the bundle as a whole. */
  readonly remarks: readonly string[];
}

/**
 * Delivers a bundle to the config's destinations. First all of it is proved, and that it is its turn; only then
 * anything is delivered, by a sync from the bundle: whole and verified, or not at all, as always. A version goes
 * where the config's entries that ask for it send it, with the platforms that they name and the bundle has.
 *
 * Throws BundleOutOfOrder and what `proveBundle` throws, with nothing delivered. Running it again goes on where it
 * stopped.
 */
export async function importBundle(
  { bundle, history: store, ...ports }: ImportPorts,
  config: SyncConfig,
  { allowOlder = false, ...options }: ImportOptions = {},
): Promise<ImportResult> {
  const { manifest, manifestSha256, registry } = bundle;
  const history = await store.read();
  requireOrder(manifest, history, { allowOlder });
  const proved = await proveBundle(bundle, config, ports.clock);
  const wishes = proved.map((version) => ({ version, entries: wishesOf(version) }));
  const providers = wishes.flatMap(({ entries }) => entries);
  const upstream = { publicRegistry: registry, partial: true };
  const run = await syncProviders({ ...ports, ...upstream }, { ...config, providers }, options);
  await store.write(remember(bundle, history, run, ports.clock.now()));
  return {
    ...run,
    bundle: {
      location: bundle.location,
      created: manifest.created.toISOString(),
      manifestSha256,
      base: manifest.base?.manifestSha256 ?? null,
      signatureVerified: bundle.signatureVerified,
    },
    skipped: wishes.flatMap(({ version, entries }) => (entries.length === 0 ? [skippedOf(version)] : [])),
    remarks: remarksOn(bundle, proved),
  };
}

/** One exact entry for each set of destinations that the version goes to. */
function wishesOf({ bundled, entries }: ProvedVersion): readonly ProviderEntry[] {
  const groups = Map.groupBy(entries, ({ destinations }) => JSON.stringify(destinations?.toSorted()));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const wanted = group.flatMap(({ platforms }) => platforms);
    const platforms = bundled.packages
      .map(({ platform }) => platform)
      .filter((platform) => wanted.some((other) => samePlatform(other, platform)));
    if (first === undefined || platforms.length === 0) return [];
    const requested = { kind: 'exact', text: bundled.version.text, version: bundled.version } as const;
    return [{ ...first, requested, platforms }];
  });
}

function skippedOf({ bundled, entries }: ProvedVersion): SkippedVersion {
  const { address, version, packages } = bundled;
  const platforms = packages.map(({ platform }) => formatPlatform(platform)).join(', ');
  const reason =
    entries.length === 0
      ? 'the config does not ask for this version'
      : `the bundle has ${platforms}, of which the config asks for none`;
  return { address: formatAddress(address), version: version.text, reason };
}

/** A provider arrived when nothing of it failed; one that nobody asked for did not. */
function remember(
  { manifest, manifestSha256 }: OpenedBundle,
  history: ImportHistory,
  { providers, summary }: RunResult,
  importedAt: Date,
): ImportHistory {
  const failed = new Set(
    providers
      .filter(({ outcome }) => ['failed', 'conflict', 'stopped'].includes(outcome))
      .map(({ address }) => address),
  );
  const arrived = new Set(providers.map(({ address }) => address).filter((address) => !failed.has(address)));
  return rememberImport(history, { manifest, manifestSha256, importedAt, arrived, whole: summary.ok });
}

function remarksOn(bundle: OpenedBundle, proved: readonly ProvedVersion[]): readonly string[] {
  const unpinned = proved.filter(
    ({ entries }) => entries.length > 0 && entries.every(({ pinnedKeyId }) => pinnedKeyId === undefined),
  );
  const keys = [...new Set(unpinned.map(({ release }) => release.signingKey.fingerprint))];
  const providers = [...new Set(unpinned.map(({ bundled }) => formatAddress(bundled.address)))];
  if (unpinned.length === 0) return [];
  const remark =
    `The config pins no signing key for ${providers.join(', ')}: the signatures were verified with keys that came ` +
    `in the bundle itself (${keys.join(', ')}). Pin them with "gpg-key-id" once you have compared them.`;
  return bundle.signatureVerified
    ? [remark.replace('Pin them', 'The bundle’s own signature vouches for them; pin them')]
    : [remark];
}
