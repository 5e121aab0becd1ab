import type { ProviderEntry } from '../domain/config/config.ts';
import { reportOf, SyncError } from '../domain/errors.ts';
import { formatAddress } from '../domain/provider/address.ts';
import { samePlatform } from '../domain/provider/platform.ts';
import { describeDifference, describeStep } from '../domain/publication/describe-step.ts';
import type { VersionDifference } from '../domain/publication/plan.ts';
import type { PreparedProvider } from './prepare-provider.ts';
import type { PlatformResult, ProviderOutcome, ProviderResult, RunResult } from './results.ts';

/** The result of a provider that was only looked at: what a sync would do. */
export function plannedResult(prepared: PreparedProvider): ProviderResult {
  const { plan, release } = prepared;
  const result: ProviderResult = {
    ...named(prepared),
    outcome: plan.outcome,
    platforms: release.files.map((pkg) => {
      const { os, arch } = pkg.platform;
      const touched = plan.steps.some(
        (step) => 'package' in step && samePlatform(step.package.platform, pkg.platform),
      );
      const outcome = plan.outcome === 'conflict' ? 'conflict' : touched ? 'publish' : 'up-to-date';
      return { os, arch, outcome, sha256: pkg.sha256 };
    }),
    steps: plan.steps.map(describeStep),
  };
  if (plan.outcome !== 'conflict') return result;
  return {
    ...result,
    differences: plan.differences,
    error: reportOf(versionConflict(prepared, plan.differences)),
  };
}

/** The result of a provider whose plan was carried out, as far as `applied` got. */
export function appliedResult(
  prepared: PreparedProvider,
  outcome: Extract<ProviderOutcome, 'published' | 'completed' | 'failed'>,
  applied: readonly PlatformResult[],
  error?: SyncError,
): ProviderResult {
  const planned = plannedResult(prepared);
  return {
    ...planned,
    outcome,
    platforms: planned.platforms.map((platform) => {
      const done = applied.find(({ os, arch }) => os === platform.os && arch === platform.arch);
      if (done !== undefined) return done;
      return platform.outcome === 'publish' ? { ...platform, outcome: 'not-attempted' } : platform;
    }),
    ...(error === undefined ? {} : { error: reportOf(error) }),
  };
}

/** The result of a provider that could not even be prepared. */
export function failedResult(entry: ProviderEntry, error: unknown, version?: string): ProviderResult {
  return {
    address: formatAddress(entry.address),
    requested: entry.requested.text,
    version: version ?? null,
    outcome: 'failed',
    signedBy: null,
    platforms: entry.platforms.map(({ os, arch }) => ({ os, arch, outcome: 'not-attempted' })),
    steps: [],
    remarks: [],
    error: reportOf(error),
  };
}

/** Puts providers' results together; a run is ok when nothing failed and nothing conflicts. */
export function runResult(providers: readonly ProviderResult[], durationMs: number): RunResult {
  const outcomes: Partial<Record<ProviderOutcome, number>> = {};
  for (const { outcome } of providers) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const bytes = providers
    .flatMap((provider) => provider.platforms)
    .reduce((sum, platform) => sum + (platform.outcome === 'published' ? (platform.bytes ?? 0) : 0), 0);
  const ok = outcomes.failed === undefined && outcomes.conflict === undefined;
  return { providers, summary: { total: providers.length, outcomes, bytes, durationMs, ok } };
}

function named({ entry, version, release }: PreparedProvider) {
  return {
    address: formatAddress(entry.address),
    requested: entry.requested.text,
    version: version.canonical,
    signedBy: release.signingKey.keyId,
    remarks: release.evidence.remarks,
  };
}

function versionConflict(prepared: PreparedProvider, differences: readonly VersionDifference[]): SyncError {
  const { release } = prepared;
  const name = `${formatAddress(release.address)} ${release.version.canonical}`;
  return new SyncError(
    'VersionConflict',
    `The private registry already holds ${name} with other contents than upstream, and nothing was overwritten: ` +
      `${differences.map(describeDifference).join('; ')}. ` +
      'Find out which is right; to take upstream’s, delete the version in the private registry and sync again.',
  );
}
