import { candidatesOf } from '../../domain/admission/resolve.ts';
import type { ProviderEntry } from '../../domain/config/config.ts';
import { SyncError } from '../../domain/errors.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import { formatPlatform, samePlatform } from '../../domain/provider/platform.ts';
import type { AvailableVersion } from '../../domain/provider/release.ts';
import type { RequestedVersion } from '../../domain/provider/requested-version.ts';
import { compareVersions, parseVersion, type Version } from '../../domain/provider/version.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Progress } from '../../ports/progress.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';

export interface ResolvePorts {
  readonly publicRegistry: Pick<PublicRegistry, 'listVersions'>;
  readonly events: EventLog;
  readonly progress: Progress;
}

/** What the public registry lists for an entry, and which of it the entry's request may come to. */
export interface Candidates {
  readonly requested: RequestedVersion;
  readonly available: readonly AvailableVersion[];
  /** Newest first; at least one. */
  readonly candidates: readonly [AvailableVersion, ...AvailableVersion[]];
}

/**
 * Asks the public registry for the versions that `entry` may come to. With `resolved`, that very version alone.
 * Throws VersionNotFound when there is none, and the public registry's errors.
 */
export async function findCandidates(
  { publicRegistry, progress }: Pick<ResolvePorts, 'publicRegistry' | 'progress'>,
  entry: ProviderEntry,
  resolved?: string,
  onListed?: (available: readonly AvailableVersion[]) => Promise<void>,
): Promise<Candidates> {
  const address = formatAddress(entry.address);
  progress.signal({ kind: 'ProviderCheckStarted', address, requested: entry.requested.text });
  const available = await publicRegistry.listVersions(entry.address);
  await onListed?.(available);
  const requested = resolved === undefined ? entry.requested : exactly(resolved);
  const [newest, ...older] = candidatesOf(requested, available);
  if (newest === undefined) throw versionNotFound(address, requested, available);
  return { requested, available, candidates: [newest, ...older] };
}

/** Takes one of the candidates as the entry's version. Throws PlatformNotFound when it lacks a platform. */
export function takeVersion(
  { events }: Pick<ResolvePorts, 'events'>,
  entry: ProviderEntry,
  found: AvailableVersion,
): Version {
  const address = formatAddress(entry.address);
  requirePlatforms(address, entry, found);
  const { version } = found;
  events.append({
    kind: 'ProviderVersionResolved',
    address,
    version: version.canonical,
    requested: entry.requested.text,
  });
  return version;
}

function exactly(text: string): RequestedVersion {
  const version = parseVersion(text);
  if (version === undefined) throw new SyncError('VersionNotFound', `"${text}" is not a provider version.`);
  return { kind: 'exact', text, version };
}

function versionNotFound(
  address: string,
  requested: RequestedVersion,
  available: readonly AvailableVersion[],
): SyncError {
  const newest = available
    .map((candidate) => candidate.version)
    .toSorted(compareVersions)
    .slice(-5)
    .toReversed()
    .map((version) => version.text);
  const offered =
    newest.length === 0 ? 'The registry lists no versions.' : `The newest it lists: ${newest.join(', ')}.`;
  const what =
    requested.kind === 'latest' ? 'a stable version' : `a version that matches "${requested.text}"`;
  const hint =
    requested.kind === 'exact' || newest.length === 0
      ? ''
      : ' A prerelease is taken only when "version" names it exactly.';
  return new SyncError('VersionNotFound', `${address} has no ${what.replace(/^a /, '')}. ${offered}${hint}`);
}

/** The listing names each version's platforms; a registry that lists none is asked package by package instead. */
function requirePlatforms(address: string, entry: ProviderEntry, found: AvailableVersion): void {
  if (found.platforms.length === 0) return;
  const missing = entry.platforms.filter(
    (platform) => !found.platforms.some((offered) => samePlatform(offered, platform)),
  );
  if (missing.length === 0) return;
  const offered = found.platforms.map(formatPlatform).toSorted().join(', ');
  throw new SyncError(
    'PlatformNotFound',
    `${address} ${found.version.text} has no package for ${missing.map(formatPlatform).join(', ')}. ` +
      `It has ${offered}. Remove the platform from the config or ask for another version.`,
  );
}
