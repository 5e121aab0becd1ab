import { createHash } from 'node:crypto';
import type { ProviderEntry } from '../../domain/config/config.ts';
import { SyncError } from '../../domain/errors.ts';
import { parseShasums, siblingFilename } from '../../domain/integrity/shasums.ts';
import { verifyRelease } from '../../domain/integrity/verify-release.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import { formatPlatform, samePlatform } from '../../domain/provider/platform.ts';
import type { RegistryPackage, VerifiedRelease } from '../../domain/provider/release.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { Clock } from '../../ports/clock.ts';
import type { VerifiedProvider } from '../../ports/destination.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';

export interface ReleasePorts {
  readonly publicRegistry: Pick<PublicRegistry, 'readPackage' | 'readShasums' | 'packageSource'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** A release read as far as its documents go. */
export interface ReleaseDocuments {
  /** Its documents hold together. Platforms that the registry was not asked for are as SHA256SUMS lists them. */
  readonly release: VerifiedRelease;
  /** Asks for the rest: every package proved against the registry's own word, and where it is downloaded from. */
  complete(): Promise<VerifiedProvider>;
}

/**
 * Reads a release from the public registry and proves all that documents can prove: SHA256SUMS is signed by an
 * accepted key, and lists a package for every platform of the entry.
 *
 * SHA256SUMS names every platform's digest, which is all that a comparison needs: the registry is asked for one
 * platform, and for the others only by `complete`, when something is to be downloaded.
 * Throws the public registry's errors and those of verifyRelease.
 */
export async function readReleaseDocuments(
  ports: ReleasePorts,
  entry: ProviderEntry,
  version: Version,
): Promise<ReleaseDocuments> {
  const [platform, ...others] = entry.platforms;
  if (platform === undefined) throw new SyncError('InternalError', `${entry.path} has no platforms`);
  const { publicRegistry } = ports;
  const first = await publicRegistry.readPackage(entry.address, version, platform);
  const { shasums, signature } = await publicRegistry.readShasums(first);
  const listing = parseShasums(shasums);
  const listed = others.map((other) => ({
    platform: other,
    filename: siblingFilename(first, other, listing),
  }));
  const asked = listed.filter(({ filename }) => filename === undefined).map(({ platform: other }) => other);
  const packages = [first, ...(await readPackages(ports, entry, version, asked))];
  const prove = (known: readonly RegistryPackage[]) =>
    verifyRelease({
      address: entry.address,
      version,
      packages: known,
      listed: listed.flatMap(({ platform: other, filename }) =>
        filename === undefined || known.some((pkg) => samePlatform(pkg.platform, other))
          ? []
          : [{ platform: other, filename }],
      ),
      shasums,
      signature,
      pinnedKeyId: entry.pinnedKeyId,
      allowOtherVersionNames: entry.allowOtherVersionNames,
      now: ports.clock.now(),
    });
  const release = inOrder(await prove(packages), entry);
  report(ports, release);
  return {
    release,
    complete: async () => {
      const rest = entry.platforms.filter(
        (each) => !packages.some((pkg) => samePlatform(pkg.platform, each)),
      );
      const all = [...packages, ...(await readPackages(ports, entry, version, rest))];
      return withSources(ports, inOrder(rest.length === 0 ? release : await prove(all), entry), all);
    },
  };
}

async function readPackages(
  { publicRegistry }: ReleasePorts,
  entry: ProviderEntry,
  version: Version,
  platforms: ProviderEntry['platforms'],
): Promise<readonly RegistryPackage[]> {
  return await Promise.all(
    platforms.map((platform) => publicRegistry.readPackage(entry.address, version, platform)),
  );
}

/** The files as the entry lists its platforms. */
function inOrder(release: VerifiedRelease, { platforms }: ProviderEntry): VerifiedRelease {
  const place = new Map(platforms.map((platform, index) => [formatPlatform(platform), index]));
  const at = (platform: ProviderEntry['platforms'][number]) => place.get(formatPlatform(platform)) ?? 0;
  return { ...release, files: release.files.toSorted((a, b) => at(a.platform) - at(b.platform)) };
}

function withSources(
  { publicRegistry }: ReleasePorts,
  release: VerifiedRelease,
  packages: readonly RegistryPackage[],
): VerifiedProvider {
  return {
    ...release,
    files: release.files.map((file) => {
      const from = packages.find(({ platform }) => samePlatform(platform, file.platform));
      if (from === undefined) throw new SyncError('InternalError', `No source for ${file.filename}`);
      return { ...file, source: publicRegistry.packageSource(from) };
    }),
  };
}

function report({ events }: ReleasePorts, release: VerifiedRelease): void {
  const about = { address: formatAddress(release.address), version: release.version.canonical };
  events.append({
    kind: 'ReleaseVerified',
    ...about,
    shasumsSha256: createHash('sha256').update(release.shasums).digest('hex'),
    signedBy: release.signingKey.keyId,
    checks: release.evidence.checks,
  });
  for (const remark of release.evidence.remarks) {
    events.append({ kind: 'IntegrityRemarkMade', ...about, remark });
  }
}
