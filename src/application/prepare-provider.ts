import type { ProviderEntry } from '../domain/config/config.ts';
import { SyncError } from '../domain/errors.ts';
import { HASHICORP_KEY_ID } from '../domain/integrity/signing-key.ts';
import { verifyRelease } from '../domain/integrity/verify-release.ts';
import { formatAddress } from '../domain/provider/address.ts';
import { formatPlatform, samePlatform } from '../domain/provider/platform.ts';
import type { AvailableVersion, RegistryPackage, VerifiedRelease } from '../domain/provider/release.ts';
import type { RequestedVersion } from '../domain/provider/requested-version.ts';
import { resolveVersion } from '../domain/provider/resolve.ts';
import { compareVersions, parseVersion, type Version } from '../domain/provider/version.ts';
import type { UploadPlan } from '../domain/publication/plan.ts';
import { planUpload } from '../domain/publication/plan-upload.ts';
import type { PresentProvider } from '../domain/publication/present.ts';
import type { SyncPorts } from './sync-ports.ts';

/** One provider read from both registries, its release proved as far as documents go, and the plan. */
export interface PreparedProvider {
  readonly entry: ProviderEntry;
  readonly version: Version;
  readonly release: VerifiedRelease;
  /** Where each package of the release is downloaded from, by `os_arch`. */
  readonly sources: ReadonlyMap<string, RegistryPackage>;
  readonly present: PresentProvider;
  readonly plan: UploadPlan;
}

/**
 * Finds the version that `entry` asks for in the public registry. With `resolved`, that very version.
 * Throws VersionNotFound, PlatformNotFound and the public registry's errors.
 */
async function resolveProvider(
  ports: Pick<SyncPorts, 'publicRegistry' | 'reporter'>,
  entry: ProviderEntry,
  resolved?: string,
): Promise<Version> {
  const address = formatAddress(entry.address);
  const { reporter } = ports;
  reporter.report({ kind: 'ProviderCheckStarted', address, requested: entry.requested.text });
  const available = await ports.publicRegistry.listVersions(entry.address);
  const requested = resolved === undefined ? entry.requested : exactly(resolved);
  const found = resolveVersion(requested, available);
  if (found === undefined) throw versionNotFound(address, requested, available);
  requirePlatforms(address, entry, found);
  const { version } = found;
  reporter.report({
    kind: 'ProviderVersionResolved',
    address,
    version: version.canonical,
    requested: entry.requested.text,
  });
  return version;
}

/**
 * Reads the release from the public registry and proves all that documents can prove: every package's
 * SHA256SUMS line equals the registry's shasum, and the signature over SHA256SUMS is by an accepted key.
 */
async function readRelease(
  ports: Pick<SyncPorts, 'publicRegistry' | 'clock'>,
  entry: ProviderEntry,
  version: Version,
): Promise<{ readonly release: VerifiedRelease; readonly packages: readonly RegistryPackage[] }> {
  const packages = await Promise.all(
    entry.platforms.map((platform) => ports.publicRegistry.readPackage(entry.address, version, platform)),
  );
  const [first] = packages;
  if (first === undefined) throw new SyncError('InternalError', `${entry.path} has no platforms`);
  const { shasums, signature } = await ports.publicRegistry.readShasums(first);
  const release = await verifyRelease({
    address: entry.address,
    version,
    packages,
    shasums,
    signature,
    pinnedKeyId: entry.pinnedKeyId,
    now: ports.clock.now(),
  });
  return { release, packages };
}

/** Compares the private registry with the release. Also what a sync does last, to see that all arrived. */
export async function readPlan(
  ports: Pick<SyncPorts, 'privateRegistry' | 'signingKeys'>,
  release: VerifiedRelease,
): Promise<{ readonly present: PresentProvider; readonly plan: UploadPlan }> {
  const { keyId } = release.signingKey;
  const [present, signingKeyPresent] = await Promise.all([
    ports.privateRegistry.readProviderVersion(release.address.type, release.version),
    keyId === HASHICORP_KEY_ID ? true : ports.signingKeys.find(keyId).then((key) => key !== undefined),
  ]);
  return { present, plan: planUpload({ release, present, signingKeyPresent }) };
}

/**
 * Resolves, reads and compares one provider. Changes nothing. `onResolved` is told the version as soon as it is
 * known, for what fails after that.
 */
export async function prepareProvider(
  ports: SyncPorts,
  entry: ProviderEntry,
  resolved?: string,
  onResolved?: (version: string) => void,
): Promise<PreparedProvider> {
  const version = await resolveProvider(ports, entry, resolved);
  onResolved?.(version.canonical);
  const { release, packages } = await readRelease(ports, entry, version);
  for (const remark of release.evidence.remarks) {
    ports.reporter.report({
      kind: 'IntegrityRemarkMade',
      address: formatAddress(entry.address),
      version: version.canonical,
      remark,
    });
  }
  const { present, plan } = await readPlan(ports, release);
  const sources = new Map(packages.map((pkg) => [formatPlatform(pkg.platform), pkg]));
  return { entry, version, release, sources, present, plan };
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
