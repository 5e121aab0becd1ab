import pLimit from 'p-limit';
import type { SyncConfig } from '../domain/config/config.ts';
import { type ErrorReport, isSyncError, reportOf, SyncError, toSyncError } from '../domain/errors.ts';
import { checkBrake } from '../domain/retention/brake.ts';
import { decideRetention } from '../domain/retention/decide.ts';
import type { ListedVersion } from '../domain/retention/listed.ts';
import type { RetentionPolicy } from '../domain/retention/policy.ts';
import type { DeleteReason, KeepReason, RetentionDecision } from '../domain/retention/reasons.ts';
import { providersInScope } from '../domain/retention/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { PrivateRegistryListing } from '../ports/private-registry.ts';
import type { PublicRegistry } from '../ports/public-registry.ts';
import { readWishes } from './cleanup-wishes.ts';

/** What a config that names no destinations calls its only one. */
const DESTINATION = 'private-registry';

export interface CleanupPorts {
  readonly publicRegistry: Pick<PublicRegistry, 'listVersions'>;
  readonly privateRegistry: PrivateRegistryListing;
  readonly events: EventLog;
  readonly clock: Clock;
}

export interface CleanupRequest {
  readonly config: SyncConfig;
  readonly policy: RetentionPolicy;
  /** Only this provider, by its type (`aws`). */
  readonly provider?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a cleanup is about to do; nothing has been changed yet. */
export interface CleanupPlan {
  readonly providers: readonly PlannedProvider[];
  /** Why this plan may not be applied; undefined when it may. */
  readonly brake: SyncError<'RetentionBrakeApplied'> | undefined;
}

interface PlannedProvider {
  readonly provider: string;
  /** Newest first; empty when the provider lists no version, or could not be read in one of the registries. */
  readonly decisions: readonly RetentionDecision[];
  readonly remark?: string;
  readonly error?: ErrorReport;
}

/** Providers that are read side by side: most of the time goes into waiting for the registries. */
const PROVIDERS_AT_ONCE = 5;

/** One cleanup, dry or not: the form of `--json`. */
export interface CleanupResult {
  readonly dryRun: boolean;
  readonly providersChecked: number;
  readonly versionsDeleted: number;
  /** What a dry run would delete; 0 otherwise. */
  readonly versionsToDelete: number;
  readonly providers: readonly CleanupProviderResult[];
  /** In a dry run: why the same run would stop before its first deletion. */
  readonly brake?: ErrorReport;
  /** False when a provider could not be read, a deletion failed, or the brake would stop the run. */
  readonly ok: boolean;
}

export interface CleanupProviderResult {
  readonly provider: string;
  readonly kept: readonly { version: string; reason: KeepReason; detail: string }[];
  /** What a dry run would delete, oldest first. */
  readonly toDelete: readonly DecidedDeletion[];
  /** Oldest first. `gone` were no longer there. */
  readonly deleted: readonly (DecidedDeletion & { readonly outcome: 'deleted' | 'gone' })[];
  readonly failed: readonly (DecidedDeletion & { readonly error: ErrorReport })[];
  /** What somebody should look at, though nothing failed: that the provider lists no version. */
  readonly remark?: string;
  /** Why the provider could not be read in one of the registries; nothing of it was deleted. */
  readonly error?: ErrorReport;
}

interface DecidedDeletion {
  readonly version: string;
  readonly reason: DeleteReason;
  readonly detail: string;
}

/**
 * Deletes what the policy no longer keeps, or says what it would delete. One provider's failure does not
 * stop the others: `ok` tells. Throws what `planCleanup` and `applyCleanup` throw.
 */
export async function cleanupOldVersions(
  ports: CleanupPorts,
  request: CleanupRequest & { readonly dryRun: boolean },
): Promise<CleanupResult> {
  const plan = await planCleanup(ports, request);
  return request.dryRun ? previewCleanup(plan) : applyCleanup(ports, plan, request.signal);
}

/**
 * Reads every provider in scope, what the config asks for in the public registry too, and decides each of
 * its versions. Throws ProviderNotFound, ListingIncomplete when the private registry lists no provider at
 * all, what listing providers throws, and the signal's SyncError (else Interrupted) when it aborts.
 */
export async function planCleanup(ports: CleanupPorts, request: CleanupRequest): Promise<CleanupPlan> {
  const { config, policy } = request;
  const { privateRegistry } = ports;
  const now = ports.clock.now();
  const listed = await privateRegistry.listProviders();
  if (listed.length === 0)
    throw emptyListing(`the organization "${privateRegistry.organization}" lists no provider`);
  const names = providersInScope({
    listed,
    organization: privateRegistry.organization,
    config,
    scope: policy.scope,
    only: request.provider,
  });
  const limit = pLimit(PROVIDERS_AT_ONCE);
  const providers = await limit.map(names, (provider) => planProvider(ports, request, provider, now));
  return { providers, brake: checkBrake(providers, policy.brake) };
}

async function planProvider(
  ports: CleanupPorts,
  { config, policy, signal }: CleanupRequest,
  provider: string,
  now: Date,
): Promise<PlannedProvider> {
  if (signal?.aborted) throw stopped(signal, provider);
  try {
    const versions = await readVersions(ports, provider);
    // Perhaps a sync that was broken off, perhaps an incomplete answer: nothing to delete in either case.
    if (versions.length === 0) return { provider, decisions: [], remark: NO_VERSION };
    const wishes = await readWishes(ports.publicRegistry, provider, config);
    return { provider, decisions: decideRetention({ versions, policy, wishes, now }) };
  } catch (error) {
    if (signal?.aborted) throw stopped(signal, provider);
    return { provider, decisions: [], error: reportOf(error) };
  }
}

const NO_VERSION =
  'The private registry lists no version of it. If it should have some, check what the token may read; if not, delete the provider there.';

/** The plan as the result of a dry run. */
export function previewCleanup(plan: CleanupPlan): CleanupResult {
  const providers = plan.providers.map((planned) => ({
    ...untouched(planned),
    toDelete: deletionsOf(planned),
  }));
  const brake = plan.brake && reportOf(plan.brake);
  return summarize(providers, { dryRun: true, ...(brake && { brake }) });
}

/**
 * Deletes what the plan says, oldest first. A version that is no longer there counts as gone. Throws
 * RetentionBrakeApplied before the first deletion, and the signal's SyncError (else Interrupted) when it aborts.
 */
export async function applyCleanup(
  ports: CleanupPorts,
  plan: CleanupPlan,
  signal?: AbortSignal,
): Promise<CleanupResult> {
  if (plan.brake) throw plan.brake;
  const providers: CleanupProviderResult[] = [];
  for (const planned of plan.providers) {
    providers.push(await deleteVersions(ports, planned, signal));
  }
  return summarize(providers, { dryRun: false });
}

/** One line for a mail or a terminal about what went wrong; undefined when all went well. */
export function describeCleanupFailure(result: CleanupResult): string | undefined {
  const lines = result.providers.flatMap(({ provider, error, failed }) => [
    ...(error ? [`${provider}: ${error.message}`] : []),
    ...failed.map(({ version, error }) => `${provider} ${version}: ${error.message}`),
  ]);
  if (result.brake) lines.push(result.brake.message);
  if (result.ok) return undefined;
  return `Cleanup deleted ${result.versionsDeleted} versions and did not finish. ${lines.join(' ')}`;
}

async function readVersions(ports: CleanupPorts, provider: string): Promise<readonly ListedVersion[]> {
  const versions = await ports.privateRegistry.listVersions(provider);
  const texts = new Set<string>();
  for (const { text } of versions) {
    if (texts.has(text)) {
      throw new SyncError(
        'ListingIncomplete',
        `The provider "${provider}" lists version "${text}" twice, so its listing changed while it was read and may miss others. Run the cleanup again.`,
      );
    }
    texts.add(text);
  }
  return versions;
}

function emptyListing(what: string): SyncError {
  return new SyncError(
    'ListingIncomplete',
    `The private registry answered that ${what}. Cleanup never takes an empty listing for the truth: check the organization and what the token may read.`,
  );
}

async function deleteVersions(
  ports: CleanupPorts,
  planned: PlannedProvider,
  signal: AbortSignal | undefined,
): Promise<CleanupProviderResult> {
  const { provider } = planned;
  const deleted: CleanupProviderResult['deleted'][number][] = [];
  const failed: CleanupProviderResult['failed'][number][] = [];
  let unreachable: SyncError | undefined;
  for (const deletion of deletionsOf(planned)) {
    if (signal?.aborted) throw stopped(signal, `${provider} ${deletion.version}`);
    try {
      if (unreachable) throw unreachable;
      const outcome = await ports.privateRegistry.deleteVersion(provider, deletion.version);
      deleted.push({ ...deletion, outcome });
      if (outcome === 'deleted') {
        ports.events.append({
          kind: 'VersionDeleted',
          destination: DESTINATION,
          provider,
          version: deletion.version,
          reason: deletion.detail,
        });
      }
    } catch (cause) {
      if (signal?.aborted) throw stopped(signal, `${provider} ${deletion.version}`);
      const error = reportOf(cause);
      failed.push({ ...deletion, error });
      ports.events.append({
        kind: 'VersionDeletionFailed',
        destination: DESTINATION,
        provider,
        version: deletion.version,
        error,
      });
      // The adapter has already retried: asking again for each version would only use up the run's time.
      if (error.code === 'DestinationUnavailable') unreachable = toSyncError(cause);
    }
  }
  return { ...untouched(planned), deleted, failed };
}

function stopped({ reason }: AbortSignal, at: string): SyncError {
  if (isSyncError(reason)) return reason;
  return new SyncError('Interrupted', `Cleanup was stopped at ${at}. Run it again to go on.`, {
    cause: reason,
  });
}

function deletionsOf({ decisions }: PlannedProvider): readonly DecidedDeletion[] {
  return decisions
    .filter((decision) => decision.action === 'delete')
    .map(({ version, reason, detail }) => ({ version, reason, detail }))
    .reverse();
}

function untouched({ provider, decisions, remark, error }: PlannedProvider): CleanupProviderResult {
  const kept = decisions
    .filter((decision) => decision.action === 'keep')
    .map(({ version, reason, detail }) => ({ version, reason, detail }));
  const found = { ...(remark !== undefined && { remark }), ...(error && { error }) };
  return { provider, kept, toDelete: [], deleted: [], failed: [], ...found };
}

function summarize(
  providers: readonly CleanupProviderResult[],
  run: { readonly dryRun: boolean; readonly brake?: ErrorReport },
): CleanupResult {
  const deleted = providers.flatMap((provider) => provider.deleted);
  return {
    ...run,
    providersChecked: providers.filter(({ error }) => error === undefined).length,
    versionsDeleted: deleted.filter(({ outcome }) => outcome === 'deleted').length,
    versionsToDelete: providers.reduce((sum, { toDelete }) => sum + toDelete.length, 0),
    providers,
    ok: run.brake === undefined && providers.every(({ error, failed }) => !error && failed.length === 0),
  };
}
