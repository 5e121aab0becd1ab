import pLimit, { type LimitFunction } from 'p-limit';
import type { ProviderEntry, SyncConfig } from '../../domain/config/config.ts';
import { reportOf } from '../../domain/errors.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import { recalledVersions } from '../admission/recalled-versions.ts';
import { resolveRelease } from '../admission/resolve-release.ts';
import { findLost, type LostDestinations, requireAny } from '../sync/lost-destinations.ts';
import { DEFAULT_CONCURRENCY, type SyncOptions, type SyncPorts } from '../sync/ports.ts';
import { destinationsOf } from '../sync/prepare-provider.ts';
import type { RecalledVersion } from '../sync/results.ts';
import type {
  VerifiedDestination,
  VerifiedPlatform,
  VerifyDifference,
  VerifyOutcome,
  VerifyProviderResult,
  VerifyResult,
} from './results.ts';
import { verifyDestination } from './verify-destination.ts';

export interface VerifyOptions extends SyncOptions {
  /** Also downloads every stored package and compares its digest. */
  readonly deep?: boolean;
}

/**
 * Reads back what the destinations hold for the config and compares it with upstream: release files, platforms,
 * shasums, signing key, SHA256SUMS and its signature, and with `deep` the packages' own bytes.
 * Changes nothing and never throws for a provider.
 */
export async function verifyProviders(
  ports: SyncPorts,
  config: SyncConfig,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const started = ports.clock.monotonic();
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  const packages = pLimit(concurrency);
  const lost = await findLost(ports.destinations);
  const providers = await pLimit(concurrency).map(config.providers, (entry) =>
    verifyProvider(ports, entry, options, { limit: packages, lost }),
  );
  const count = (outcome: VerifyOutcome) =>
    providers.filter((provider) => provider.outcome === outcome).length;
  return {
    providers,
    summary: {
      total: providers.length,
      verified: count('verified'),
      differing: count('differs'),
      failed: count('failed'),
      ...(count('held') === 0 ? {} : { held: count('held') }),
      ...(count('refused') === 0 ? {} : { refused: count('refused') }),
      stopped: count('stopped'),
      bytes: providers.reduce((sum, provider) => sum + bytesOf(provider), 0),
      durationMs: Math.round(ports.clock.monotonic() - started),
      ok: count('verified') + count('held') === providers.length,
    },
  };
}

function bytesOf({ platforms, destinations }: VerifyProviderResult): number {
  const read = destinations === undefined ? platforms : destinations.flatMap((each) => each.platforms);
  return read.reduce((sum, platform) => sum + (platform.bytes ?? 0), 0);
}

async function verifyProvider(
  ports: SyncPorts,
  entry: ProviderEntry,
  options: VerifyOptions,
  run: { readonly limit: LimitFunction; readonly lost: LostDestinations },
): Promise<VerifyProviderResult> {
  const about = { address: formatAddress(entry.address), requested: entry.requested.text };
  let version: string | null = null;
  try {
    options.signal?.throwIfAborted();
    requireAny(destinationsOf(ports, entry), run.lost);
    const recalled = recalledDifferences(
      await recalledVersions(ports, entry, false),
      ports.destinationsNamed,
    );
    const found = await resolveRelease({ ...ports, looksAtAll: true }, entry, undefined, (canonical) => {
      version = canonical;
    });
    const over = found.passedOver.length === 0 ? {} : { passedOver: found.passedOver };
    if (found.outcome !== 'admitted') {
      const outcome = recalled.length > 0 ? 'differs' : found.outcome;
      const nothing = { signedBy: null, platforms: [], checks: [], remarks: found.notes };
      return {
        ...about,
        ...nothing,
        version: found.version.canonical,
        outcome,
        differences: recalled,
        ...over,
      };
    }
    const { documents } = found;
    const release = await documents.complete();
    const named = ports.destinationsNamed;
    const terms = { ...options, deep: options.deep === true, named, ...run };
    const destinations = await Promise.all(
      destinationsOf(ports, entry).map((each) => verifyDestination(each, release, terms)),
    );
    const { checks, remarks } = release.evidence;
    const compared = together(destinations);
    const outcome = compared.outcome === 'verified' && recalled.length > 0 ? 'differs' : compared.outcome;
    return {
      ...about,
      version,
      signedBy: release.signingKey.keyId,
      ...compared,
      outcome,
      differences: [...compared.differences, ...recalled],
      checks,
      remarks: [...found.notes, ...remarks],
      ...over,
      ...(named ? { destinations } : {}),
    };
  } catch (thrown) {
    const error = reportOf(thrown);
    return {
      ...about,
      version,
      outcome: error.code === 'Interrupted' ? 'stopped' : 'failed',
      signedBy: null,
      platforms: [],
      differences: [],
      checks: [],
      remarks: [],
      error,
    };
  }
}

/** Recalled versions that destinations still have. */
function recalledDifferences(
  recalled: readonly RecalledVersion[],
  named: boolean,
): readonly VerifyDifference[] {
  return recalled.map(({ version, destination, reason, error }) => ({
    what: error === undefined ? 'recalled' : 'read-failed',
    message: error?.message ?? `${version} is recalled, ${reason}, and still there`,
    ...(named ? { destination } : {}),
  }));
}

const FROM_WORST: readonly VerifyOutcome[] = ['failed', 'differs', 'stopped', 'verified'];

/** What a provider's destinations come to: the least good outcome, every difference, each platform's least good. */
function together(
  destinations: readonly VerifiedDestination[],
): Pick<VerifyProviderResult, 'outcome' | 'platforms' | 'differences' | 'error'> {
  const rank = ({ outcome }: { readonly outcome: VerifyOutcome }) => FROM_WORST.indexOf(outcome);
  const worst = destinations.toSorted((a, b) => rank(a) - rank(b))[0];
  const byPlatform = Map.groupBy(
    destinations.flatMap(({ platforms }) => platforms),
    ({ os, arch }) => `${os}_${arch}`,
  );
  return {
    outcome: worst?.outcome ?? 'verified',
    platforms: [...byPlatform.values()].map(
      (same) => same.toSorted((a, b) => rank(a) - rank(b))[0] as VerifiedPlatform,
    ),
    differences: destinations.flatMap(({ differences }) => differences),
    ...(worst?.error === undefined ? {} : { error: worst.error }),
  };
}
