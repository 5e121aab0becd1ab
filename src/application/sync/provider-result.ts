import type { ProviderEntry } from '../../domain/config/config.ts';
import type { DeliveryDifference, DeliveryPlan } from '../../domain/delivery/plan.ts';
import { type ErrorReport, reportOf, SyncError } from '../../domain/errors.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { VerifiedRelease } from '../../domain/provider/release.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { Destination } from '../../ports/destination.ts';
import type { Delivered } from './deliver.ts';
import type { AdmissionFindings, Inspection, NotAdmitted } from './prepare-provider.ts';
import type {
  DestinationResult,
  PlannedStep,
  PlatformResult,
  ProviderOutcome,
  ProviderResult,
  RunResult,
  VersionDifference,
} from './results.ts';

/** A provider whose release is known. */
export interface KnownProvider extends Partial<AdmissionFindings> {
  readonly entry: ProviderEntry;
  readonly version: Version;
  readonly release: VerifiedRelease;
}

/** What a sync would do at one destination. */
export function plannedAt(provider: KnownProvider, inspection: Inspection): DestinationResult {
  if ('error' in inspection) return notInspected(provider, inspection.destination, inspection.error);
  const { destination, plan } = inspection;
  const result: DestinationResult = {
    name: destination.name,
    kind: destination.kind,
    outcome: plan.outcome,
    platforms: provider.release.files.map(({ filename, platform: { os, arch }, sha256 }) => {
      const touched = plan.steps.some(({ file }) => file === filename);
      const outcome = plan.outcome === 'conflict' ? 'conflict' : touched ? 'publish' : 'up-to-date';
      return { os, arch, outcome, sha256 };
    }),
    steps: plan.steps.map(({ text }) => text),
    ...(plan.remarks.length === 0 ? {} : { remarks: plan.remarks }),
  };
  if (plan.outcome !== 'conflict') return result;
  return {
    ...result,
    differences: plan.differences.map((difference) => differenceOf(provider, difference)),
    error: reportOf(versionConflict(provider, destination, plan)),
  };
}

/** What a sync did at one destination, as far as it got. */
export function deliveredAt(provider: KnownProvider, delivered: Delivered): DestinationResult {
  const { inspection, platforms, error } = delivered;
  const planned = plannedAt(provider, inspection);
  if (platforms === undefined && error === undefined) return planned;
  if (error !== undefined) {
    return {
      ...planned,
      outcome: failureOutcome(error),
      platforms: touched(planned, platforms ?? []),
      error: reportOf(error),
    };
  }
  const outcome = planned.outcome === 'publish' ? 'published' : 'completed';
  return { ...planned, outcome, platforms: touched(planned, platforms ?? []) };
}

function touched(planned: DestinationResult, done: readonly PlatformResult[]): readonly PlatformResult[] {
  return planned.platforms.map((platform) => {
    const own = done.find(({ os, arch }) => os === platform.os && arch === platform.arch);
    if (own !== undefined) return own;
    return platform.outcome === 'publish' ? { ...platform, outcome: 'not-attempted' } : platform;
  });
}

function notInspected(
  { entry }: KnownProvider,
  { name, kind }: Destination,
  error: SyncError,
): DestinationResult {
  const platforms = entry.platforms.map(({ os, arch }) => ({ os, arch, outcome: 'not-attempted' as const }));
  return { name, kind, outcome: failureOutcome(error), platforms, steps: [], error: reportOf(error) };
}

/** What a person broke off has not failed. */
function failureOutcome({ code }: Pick<ErrorReport, 'code'>): 'failed' | 'stopped' {
  return code === 'Interrupted' ? 'stopped' : 'failed';
}

/**
 * One provider's destinations put together, with what was found there before; with `named`, each one's own result
 * stands in it, too.
 */
export function providerResult(
  provider: KnownProvider,
  destinations: readonly DestinationResult[],
  inspections: readonly Inspection[],
  named: boolean,
): ProviderResult {
  const { entry, version, release } = provider;
  const differences = destinations.flatMap((each) => each.differences ?? []);
  const error = leastGood(destinations)?.error;
  return {
    address: formatAddress(entry.address),
    requested: entry.requested.text,
    version: version.canonical,
    outcome: leastGood(destinations)?.outcome ?? 'up-to-date',
    signedBy: release.signingKey.keyId,
    platforms: entry.platforms.map((_, index) => leastGoodPlatform(destinations, index)).filter(isDefined),
    steps: destinations.flatMap(({ name, steps }) =>
      steps.map((step) => (destinations.length > 1 ? `${name}: ${step}` : step)),
    ),
    plannedSteps: inspections.flatMap((inspection) => plannedSteps(provider, inspection)),
    checks: release.evidence.checks,
    remarks: [
      ...(provider.notes ?? []),
      ...release.evidence.remarks,
      ...new Set(destinations.flatMap(({ remarks = [] }) => remarks)),
    ],
    ...(differences.length === 0 ? {} : { differences }),
    ...(error === undefined ? {} : { error }),
    ...(named ? { destinations } : {}),
    ...findingsOf(provider, error !== undefined),
  };
}

/** A provider that nothing was done for, because what it asks for is not let in. */
export function notAdmittedResult({ entry, outcome, version, ...findings }: NotAdmitted): ProviderResult {
  return {
    address: formatAddress(entry.address),
    requested: entry.requested.text,
    version: version.canonical,
    outcome,
    signedBy: null,
    platforms: entry.platforms.map(({ os, arch }) => ({ os, arch, outcome: 'not-attempted' })),
    steps: [],
    plannedSteps: [],
    checks: [],
    remarks: findings.notes,
    ...findingsOf(findings, false),
  };
}

/** A recalled version that could not be taken out is a failure, whatever else went well. */
function findingsOf(
  { passedOver = [], recalled = [] }: Partial<AdmissionFindings>,
  failed: boolean,
): Partial<ProviderResult> {
  const stuck = recalled.find((each) => each.error !== undefined);
  const failure =
    stuck?.error === undefined || failed ? {} : { outcome: 'failed' as const, error: stuck.error };
  return {
    ...(passedOver.length === 0 ? {} : { passedOver }),
    ...(recalled.length === 0 ? {} : { recalled }),
    ...failure,
  } satisfies Partial<ProviderResult>;
}

function plannedSteps({ release }: KnownProvider, inspection: Inspection): readonly PlannedStep[] {
  if ('error' in inspection) return [];
  return inspection.plan.steps.map(({ text, file }) => {
    const pkg = release.files.find(({ filename }) => filename === file);
    return {
      destination: inspection.destination.name,
      text,
      ...(pkg === undefined ? {} : { platform: pkg.platform, filename: pkg.filename }),
    };
  });
}

const FROM_WORST: readonly ProviderOutcome[] = [
  'failed',
  'conflict',
  'stopped',
  'publish',
  'complete',
  'published',
  'completed',
  'refused',
  'held',
  'up-to-date',
];

function leastGood(destinations: readonly DestinationResult[]): DestinationResult | undefined {
  const rank = ({ outcome }: DestinationResult) => FROM_WORST.indexOf(outcome);
  return destinations.toSorted((a, b) => rank(a) - rank(b))[0];
}

const PLATFORM_FROM_WORST: readonly PlatformResult['outcome'][] = [
  'failed',
  'conflict',
  'stopped',
  'not-attempted',
  'publish',
  'published',
  'up-to-date',
];

function leastGoodPlatform(
  destinations: readonly DestinationResult[],
  index: number,
): PlatformResult | undefined {
  const all = destinations.map(({ platforms }) => platforms[index]).filter(isDefined);
  const rank = ({ outcome }: PlatformResult) => PLATFORM_FROM_WORST.indexOf(outcome);
  return all.toSorted((a, b) => rank(a) - rank(b))[0];
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}

/** The result of a provider that could not even be prepared. */
export function failedResult(entry: ProviderEntry, thrown: unknown, version?: string): ProviderResult {
  const error = reportOf(thrown);
  return {
    address: formatAddress(entry.address),
    requested: entry.requested.text,
    version: version ?? null,
    outcome: failureOutcome(error),
    signedBy: null,
    platforms: entry.platforms.map(({ os, arch }) => ({ os, arch, outcome: 'not-attempted' })),
    steps: [],
    plannedSteps: [],
    checks: [],
    remarks: [],
    error,
  };
}

/**
 * Puts providers' results together; a run is ok when nothing failed, conflicts or is refused, and nothing was stopped.
 */
export function runResult(providers: readonly ProviderResult[], durationMs: number): RunResult {
  const outcomes: Partial<Record<ProviderOutcome, number>> = {};
  for (const { outcome } of providers) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const bytes = providers.reduce((sum, provider) => sum + bytesOf(provider), 0);
  const bad = ['failed', 'conflict', 'refused', 'stopped'] as const;
  const ok = bad.every((each) => outcomes[each] === undefined);
  return { providers, summary: { total: providers.length, outcomes, bytes, durationMs, ok } };
}

/** Of the packages that reached a destination: each once, at however many it arrived. */
export function bytesOf({ platforms, destinations }: ProviderResult): number {
  const all = [...platforms, ...(destinations ?? []).flatMap((each) => each.platforms)];
  const arrived = all.filter(({ outcome }) => outcome === 'published');
  const byPlatform = new Map(arrived.map(({ os, arch, bytes }) => [`${os}_${arch}`, bytes ?? 0]));
  return [...byPlatform.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function differenceOf({ release }: KnownProvider, difference: DeliveryDifference): VersionDifference {
  const { what, file, present, wanted } = difference;
  const platform = release.files.find(({ filename }) => filename === file)?.platform;
  return { what, ...(platform === undefined ? {} : { platform }), present, upstream: wanted };
}

function versionConflict(
  { release }: KnownProvider,
  { name, kind }: Destination,
  { differences }: DeliveryPlan,
): SyncError {
  const where = kind === 'private-registry' ? 'The private registry' : `The destination "${name}"`;
  return new SyncError(
    'VersionConflict',
    `${where} already holds ${release.id} with other contents than upstream, and nothing was overwritten: ` +
      `${differences.map(({ text }) => text).join('; ')}. ` +
      'Find out which is right; to take upstream’s, delete the version there and sync again.',
  );
}
