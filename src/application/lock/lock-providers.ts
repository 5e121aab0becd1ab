import type { ProviderEntry, SyncConfig } from '../../domain/config/config.ts';
import { type ErrorReport, isSyncError, reportOf, SyncError } from '../../domain/errors.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';
import { resolveVersion } from '../../domain/provider/resolve.ts';
import { compareVersions, parseVersion, type Version } from '../../domain/provider/version.ts';
import type { LockEntry, LockFile } from '../../domain/provider-lock/lock-file.ts';
import { wantedHashes } from '../../domain/provider-lock/wanted-hashes.ts';
import { type WantedLock, writeLocks } from '../../domain/provider-lock/write-lock-file.ts';
import type { LockEvidence, LockMaterial } from '../../ports/lock-evidence.ts';

export interface LockPorts {
  /** Places that keep the hashes of what they hold. */
  readonly mirrors: readonly LockEvidence[];
  /** Places whose packages must be read for it: looked at only for what the mirrors lack. */
  readonly others: readonly LockEvidence[];
}

export interface LockOptions {
  /** The lock file as it is; undefined when there is none. */
  readonly file: LockFile | undefined;
  /** Addresses that the lock file may have: its own and those the module requires; undefined for every provider. */
  readonly only: ReadonlySet<string> | undefined;
  /** Instead of each provider's own platforms. */
  readonly platforms: readonly Platform[] | undefined;
  /** Further addresses of a provider: the private registries' that it goes to. */
  readonly aliases: (entries: readonly ProviderEntry[]) => readonly string[];
  /** Takes the newest version that the config asks for, whichever is locked. */
  readonly upgrade: boolean;
}

export interface LockedProvider {
  /** As the lock file has it. */
  readonly address: string;
  readonly version: string | null;
  /** `stopped`: a person broke it off. */
  readonly outcome: 'locked' | 'up-to-date' | 'failed' | 'stopped';
  /** Where the hashes come from, by the destinations' names. */
  readonly sources: readonly string[];
  /** Platforms whose package's own hash (`h1:`) is in the lock file now. */
  readonly platforms: readonly string[];
  readonly remarks: readonly string[];
  readonly error?: ErrorReport;
}

export interface LockResult {
  readonly providers: readonly LockedProvider[];
  /** The new text; undefined when nothing changes. */
  readonly text: string | undefined;
  readonly summary: { readonly total: number; readonly ok: boolean };
}

/**
 * Works out what a lock file is to say of the config's providers: every `zh:` of the signed SHA256SUMS, and the
 * installed `h1:` of every wanted platform, all from what the destinations hold. A version that is locked and held
 * stays. One provider's failure never stops another, and leaves its entry as it is.
 */
export async function lockProviders(
  ports: LockPorts,
  config: SyncConfig,
  options: LockOptions,
): Promise<LockResult> {
  const groups = Map.groupBy(config.providers, ({ address }) => formatAddress(address));
  const wanted: WantedLock[] = [];
  const providers: LockedProvider[] = [];
  for (const [own, [first, ...others]] of groups) {
    if (first === undefined) continue;
    const entries: Entries = [first, ...others];
    for (const name of [own, ...options.aliases(entries)]) {
      if (options.only !== undefined && !options.only.has(name)) continue;
      const locked = await lockProvider(ports, name, entries, options);
      providers.push(locked.provider);
      if (locked.wanted !== undefined) wanted.push(locked.wanted);
    }
  }
  const text = writeLocks(options.file, wanted);
  return {
    providers,
    text: wanted.length === 0 || text === options.file?.text ? undefined : text,
    summary: { total: providers.length, ok: providers.every(({ error }) => error === undefined) },
  };
}

/** All of one provider, never empty. */
type Entries = readonly [ProviderEntry, ...ProviderEntry[]];

async function lockProvider(
  ports: LockPorts,
  address: string,
  entries: Entries,
  options: LockOptions,
): Promise<{ readonly provider: LockedProvider; readonly wanted?: WantedLock }> {
  const existing = options.file?.entries.find((entry) => entry.address === address);
  const platforms = options.platforms ?? distinct(entries.flatMap((entry) => entry.platforms));
  try {
    const search = { entries, platforms, existing: options.upgrade ? undefined : existing };
    const { version, material, sources } = await find(ports, search);
    const hashes = wantedHashes(existing, {
      version: version.canonical,
      zips: material.zips,
      installed: [...material.installed.values()].filter((hash) => hash !== undefined),
    });
    const wanted = { address, version: version.canonical, hashes };
    const same = existing?.version === wanted.version && existing.hashes.join(' ') === hashes.join(' ');
    return {
      wanted,
      provider: {
        address,
        version: version.canonical,
        outcome: same ? 'up-to-date' : 'locked',
        sources,
        platforms: platforms.map(formatPlatform).filter((each) => material.installed.get(each) !== undefined),
        remarks: [...remarksOn(existing, version), ...oddZips(platforms, material)],
      },
    };
  } catch (error) {
    const report = reportOf(error);
    const outcome = report.code === 'Interrupted' ? 'stopped' : 'failed';
    const nothing = { sources: [], platforms: [], remarks: [] };
    return {
      provider: { address, version: existing?.version ?? null, outcome, ...nothing, error: report },
    };
  }
}

interface Search {
  readonly entries: Entries;
  readonly platforms: readonly Platform[];
  /** What is locked, unless it is not to count. */
  readonly existing: LockEntry | undefined;
}

interface Found {
  readonly version: Version;
  readonly material: LockMaterial;
  readonly sources: readonly string[];
}

async function find({ mirrors, others }: LockPorts, search: Search): Promise<Found> {
  const all = [...mirrors, ...others];
  if (mirrors.length === 0 || others.length === 0) return await findIn(all, search);
  try {
    return await findIn(mirrors, search);
  } catch (error) {
    if (!isSyncError(error) || !['VersionNotFound', 'PlatformNotFound'].includes(error.code)) throw error;
    return await findIn(all, search);
  }
}

async function findIn(places: readonly LockEvidence[], search: Search): Promise<Found> {
  const { version, holders } = await chooseVersion(places, search);
  return { version, ...(await gather({ version, holders }, search)) };
}

interface Chosen {
  readonly version: Version;
  readonly holders: readonly LockEvidence[];
}

/** The locked version where it is held; else the newest held one that an entry asks for. */
async function chooseVersion(
  places: readonly LockEvidence[],
  { entries, existing }: Search,
): Promise<Chosen> {
  const [{ address }] = entries;
  const locked = existing && parseVersion(existing.version);
  const held = await Promise.all(
    places.map(async (place) => ({ place, versions: await place.heldVersions(address) })),
  );
  const all = held.flatMap(({ versions }) => versions.map((version) => ({ version })));
  const kept = all.find(({ version }) => version.canonical === locked?.canonical);
  const [newest] = entries
    .flatMap(({ requested }) => resolveVersion(requested, all) ?? [])
    .toSorted((a, b) => compareVersions(b.version, a.version));
  const version = (kept ?? newest)?.version;
  if (version === undefined) {
    const asked = entries.map(({ requested }) => `"${requested.text}"`).join(' or ');
    throw new SyncError(
      'VersionNotFound',
      `No destination holds ${formatAddress(address)} in a version that fits ${asked}. Sync it first.`,
    );
  }
  const holders = held.filter(({ versions }) =>
    versions.some(({ canonical }) => canonical === version.canonical),
  );
  return { version, holders: holders.map(({ place }) => place) };
}

async function gather(
  { version, holders }: Chosen,
  { entries, platforms }: Search,
): Promise<{ readonly material: LockMaterial; readonly sources: readonly string[] }> {
  const entry =
    entries.find(({ requested }) => resolveVersion(requested, [{ version }]) !== undefined) ?? entries[0];
  const installed = new Map<string, string | undefined>();
  const sources: string[] = [];
  let zips: LockMaterial['zips'] | undefined;
  for (const holder of holders) {
    const missing = platforms.filter((platform) => !installed.has(formatPlatform(platform)));
    if (missing.length === 0) break;
    const material = await holder.read(entry, version, missing);
    if (material === undefined) continue;
    const found = missing.map(formatPlatform).filter((platform) => material.installed.has(platform));
    if (zips !== undefined && found.length === 0) continue;
    // Places that hold different releases of one version are told apart by `verify`; here the first one counts.
    if (zips !== undefined && zips.join() !== material.zips.join()) continue;
    zips = material.zips;
    sources.push(holder.name);
    for (const platform of found) installed.set(platform, material.installed.get(platform));
  }
  const missing = platforms.map(formatPlatform).filter((platform) => !installed.has(platform));
  const name = `${formatAddress(entry.address)} ${version.canonical}`;
  if (zips === undefined || missing.length > 0) {
    throw new SyncError(
      'PlatformNotFound',
      `No destination holds ${name} for ${missing.join(', ')}. Add the platform to the config and sync, or name ` +
        'others with --platform.',
    );
  }
  return { material: { zips, installed }, sources };
}

function distinct(platforms: readonly Platform[]): readonly Platform[] {
  return [...new Map(platforms.map((platform) => [formatPlatform(platform), platform])).values()];
}

function remarksOn(existing: LockEntry | undefined, version: Version): readonly string[] {
  if (existing === undefined || existing.version === version.canonical) return [];
  return [`the lock file had ${existing.version}`];
}

function oddZips(platforms: readonly Platform[], { installed }: LockMaterial): readonly string[] {
  return platforms
    .map(formatPlatform)
    .filter((platform) => installed.get(platform) === undefined)
    .map((platform) => `the package for ${platform} allows no h1: hash; its zh: is there`);
}
