import type { LimitFunction } from 'p-limit';
import { reportOf, SyncError } from '../domain/errors.ts';
import { formatAddress } from '../domain/provider/address.ts';
import { formatPlatform } from '../domain/provider/platform.ts';
import type { ReleasePackage } from '../domain/provider/release.ts';
import type { UploadStep } from '../domain/publication/plan.ts';
import { applyStep, uploadPackage } from './apply-step.ts';
import { type PreparedProvider, readPlan } from './prepare-provider.ts';
import type { PlatformResult } from './results.ts';
import type { SyncOptions, SyncPorts } from './sync-ports.ts';

export interface AppliedPlan {
  readonly platforms: readonly PlatformResult[];
  readonly bytes: number;
  /** The first failure; what could still be done was done, and the version is not installable. */
  readonly error: SyncError | undefined;
}

/**
 * Carries a plan out in its order: key, provider and version first, then all packages side by side within
 * `limit`, and SHA256SUMS with its signature only when every package arrived whole. Never throws a SyncError:
 * what failed is in the result.
 */
export async function applyPlan(
  ports: SyncPorts,
  prepared: PreparedProvider,
  limit: LimitFunction,
  options: Pick<SyncOptions, 'signal' | 'transfer'>,
): Promise<AppliedPlan> {
  const steps: readonly UploadStep[] = prepared.plan.steps;
  let platforms: readonly PlatformResult[] = [];
  let error: SyncError | undefined;
  try {
    for (const step of steps.filter(isOpeningStep)) await applyStep(ports, prepared, step);
    const outcomes = await applyPackageSteps(ports, prepared, steps.filter(isPackageStep), limit, options);
    platforms = outcomes.map((outcome) => outcome.result);
    error = outcomes.find((outcome) => outcome.error !== undefined)?.error;
    if (error === undefined) {
      for (const step of steps.filter(isClosingStep)) await applyStep(ports, prepared, step);
      await confirm(ports, prepared);
    }
  } catch (thrown) {
    if (!(thrown instanceof SyncError)) throw thrown;
    error = thrown;
  }
  const bytes = platforms.reduce((sum, platform) => sum + (platform.bytes ?? 0), 0);
  return { platforms, bytes, error };
}

type PackageStep = Extract<UploadStep, { package: ReleasePackage }>;
type ClosingStep = Extract<UploadStep, { kind: 'upload-shasums' | 'upload-shasums-signature' }>;
type OpeningStep = Exclude<UploadStep, PackageStep | ClosingStep>;

function isPackageStep(step: UploadStep): step is PackageStep {
  return step.kind === 'create-platform' || step.kind === 'upload-package';
}

function isClosingStep(step: UploadStep): step is ClosingStep {
  return step.kind === 'upload-shasums' || step.kind === 'upload-shasums-signature';
}

function isOpeningStep(step: UploadStep): step is OpeningStep {
  return !isPackageStep(step) && !isClosingStep(step);
}

interface PackageOutcome {
  readonly result: PlatformResult;
  readonly error?: SyncError;
}

/** Each platform's own steps stay in order; platforms run side by side, and one's failure leaves the others going. */
async function applyPackageSteps(
  ports: SyncPorts,
  prepared: PreparedProvider,
  steps: readonly PackageStep[],
  limit: LimitFunction,
  options: Pick<SyncOptions, 'signal' | 'transfer'>,
): Promise<readonly PackageOutcome[]> {
  const byPlatform = Map.groupBy(steps, (step) => formatPlatform(step.package.platform));
  return await Promise.all(
    [...byPlatform.values()].map((platformSteps) =>
      limit(async () => await applyPlatform(ports, prepared, platformSteps, options)),
    ),
  );
}

async function applyPlatform(
  ports: SyncPorts,
  prepared: PreparedProvider,
  steps: readonly PackageStep[],
  options: Pick<SyncOptions, 'signal' | 'transfer'>,
): Promise<PackageOutcome> {
  const [{ package: pkg }] = steps as [PackageStep];
  const { os, arch } = pkg.platform;
  const about = { address: formatAddress(prepared.entry.address), version: prepared.version.canonical };
  try {
    let bytes = 0;
    for (const step of steps) {
      if (step.kind === 'upload-package') bytes = await uploadPackage(ports, prepared, pkg, options);
      else await applyStep(ports, prepared, step);
    }
    return { result: { os, arch, outcome: 'published', bytes, sha256: pkg.sha256 } };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    ports.reporter.report({
      kind: 'PackageTransferFailed',
      ...about,
      platform: pkg.platform,
      error: reportOf(error),
    });
    return { result: { os, arch, outcome: 'failed', sha256: pkg.sha256 }, error };
  }
}

/** Reads the version back: "published" is said of what the registry shows, not of what was sent. */
async function confirm(ports: SyncPorts, { release }: PreparedProvider): Promise<void> {
  const { plan } = await readPlan(ports, release);
  if (plan.outcome === 'up-to-date') return;
  throw new SyncError(
    'DestinationResponseInvalid',
    `The private registry accepted every file of ${formatAddress(release.address)} ${release.version.canonical} ` +
      'but does not show the version as complete. Run the sync again; if it stays so, ask the registry’s operator.',
  );
}
