import type { LimitFunction } from 'p-limit';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { DeliveryPlan } from '../../domain/delivery/plan.ts';
import { reportOf, type SyncError, toSyncError } from '../../domain/errors.ts';
import { checkPackageDigest } from '../../domain/integrity/package-digest.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import type { ReleasePackage, VerifiedRelease } from '../../domain/provider/release.ts';
import type { Destination } from '../../ports/destination.ts';
import type { LostDestinations } from '../sync/lost-destinations.ts';
import type { SyncOptions } from '../sync/ports.ts';
import { inspectOne } from '../sync/prepare-provider.ts';
import { readDigest } from '../transfer/read-digest.ts';
import type { VerifiedDestination, VerifiedPlatform, VerifyDifference } from './results.ts';

export interface VerifyTerms extends Pick<SyncOptions, 'signal' | 'transfer'> {
  /** Also reads every stored package and compares its digest. */
  readonly deep: boolean;
  readonly limit: LimitFunction;
  /** Destinations that are not asked any more. */
  readonly lost: LostDestinations;
  /** Whether differences name their destination. */
  readonly named: boolean;
}

/**
 * Compares what one destination holds with the release: what a client would be given, judged as the client would,
 * and with `deep` the packages' own bytes. Never throws: a package that cannot be read leaves the other findings.
 */
export async function verifyDestination(
  destination: Destination,
  release: VerifiedRelease,
  terms: VerifyTerms,
): Promise<VerifiedDestination> {
  const { name, kind } = destination;
  const inspection = await inspectOne(destination, release, terms.lost);
  if ('error' in inspection) {
    const error = reportOf(inspection.error);
    return { name, kind, outcome: failureOutcome(error), platforms: [], differences: [], error };
  }
  const { plan } = inspection;
  const stored = terms.deep ? await readStored(destination, release, plan, terms) : new Map<string, Stored>();
  const found = [...planDifferences(release, plan), ...digestDifferences(release, stored)];
  const differences = terms.named ? found.map((each) => ({ ...each, destination: name })) : found;
  const unread = [...stored.values()].find((each) => 'error' in each);
  return {
    name,
    kind,
    outcome:
      unread !== undefined ? failureOutcome(unread.error) : differences.length === 0 ? 'verified' : 'differs',
    platforms: release.files.map((pkg) => verifiedPlatform(pkg, differences, stored)),
    differences,
    ...(unread === undefined ? {} : { error: reportOf(unread.error) }),
  };
}

function failureOutcome({ code }: Pick<SyncError, 'code'>): 'failed' | 'stopped' {
  return code === 'Interrupted' ? 'stopped' : 'failed';
}

function planDifferences(release: VerifiedRelease, plan: DeliveryPlan): readonly VerifyDifference[] {
  if (plan.outcome === 'publish') return [{ what: 'version-missing', message: `${release.id} is not there` }];
  const platformOf = (file: string | undefined) => {
    const pkg = release.files.find(({ filename }) => filename === file);
    return pkg === undefined ? {} : { platform: formatPlatform(pkg.platform) };
  };
  return [
    ...plan.differences.map(({ what, file, text }) => ({ what, ...platformOf(file), message: text })),
    // A step that a sync would still take names a thing that is missing.
    ...plan.steps.map(({ text, file }) => ({
      what: 'file-missing',
      ...platformOf(file),
      message: `not done yet: ${text}`,
    })),
  ];
}

type Stored = { readonly sha256: Sha256; readonly bytes: number } | { readonly error: SyncError };

/** Reads every stored package; those that are not there are reported as missing elsewhere. */
async function readStored(
  destination: Destination,
  release: VerifiedRelease,
  plan: DeliveryPlan,
  { limit, signal, transfer }: VerifyTerms,
): Promise<ReadonlyMap<string, Stored>> {
  if (plan.outcome === 'publish') return new Map();
  const there = release.files.filter(({ filename }) => !plan.missing.includes(filename));
  const digests = await limit.map(there, async (file): Promise<readonly [string, Stored] | undefined> => {
    const platform = formatPlatform(file.platform);
    try {
      const source = destination.storedFile(release, file);
      const read = await readDigest({ source, ...transfer, ...(signal === undefined ? {} : { signal }) });
      return [platform, read];
    } catch (thrown) {
      const error = toSyncError(thrown);
      // A conflicting version may lack the package: its differences say so.
      return error.code === 'DestinationNotFound' ? undefined : [platform, { error }];
    }
  });
  return new Map(digests.filter((each) => each !== undefined));
}

function digestDifferences(
  release: VerifiedRelease,
  stored: ReadonlyMap<string, Stored>,
): readonly VerifyDifference[] {
  return release.files.flatMap((pkg): readonly VerifyDifference[] => {
    const platform = formatPlatform(pkg.platform);
    const found = stored.get(platform);
    if (found === undefined) return [];
    if ('error' in found) return [{ what: 'read-failed', platform, message: found.error.message }];
    const { check, passed, detail } = checkPackageDigest(pkg, found.sha256);
    return passed ? [] : [{ what: check, platform, message: detail }];
  });
}

function verifiedPlatform(
  pkg: ReleasePackage,
  differences: readonly VerifyDifference[],
  stored: ReadonlyMap<string, Stored>,
): VerifiedPlatform {
  const platform = formatPlatform(pkg.platform);
  const concerned = differences.some((found) => found.platform === undefined || found.platform === platform);
  const read = stored.get(platform);
  return {
    ...pkg.platform,
    outcome: concerned ? 'differs' : 'verified',
    sha256: pkg.sha256,
    ...(read === undefined || 'error' in read ? {} : { bytes: read.bytes }),
  };
}
