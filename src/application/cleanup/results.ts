import type { ErrorReport } from '../../domain/errors.ts';
import type { DeleteReason, KeepReason } from '../../domain/retention/reasons.ts';
import type { CleanedDestination, CleanupPlan, PlannedProvider } from './plan.ts';

/** One cleanup, dry or not: the form of `--json`. */
export interface CleanupResult {
  readonly dryRun: boolean;
  readonly providersChecked: number;
  readonly versionsDeleted: number;
  /** What a dry run would delete, or what a stopped run did not come to; 0 otherwise. */
  readonly versionsToDelete: number;
  readonly providers: readonly CleanupProviderResult[];
  /** Each destination's own, with why it could not be listed; absent for a config that names none. */
  readonly destinations?: readonly CleanedDestination[];
  /** In a dry run: why the same run would stop before its first deletion. */
  readonly brake?: ErrorReport;
  /** True when the run was stopped before it had deleted all. */
  readonly stopped?: true;
  /** False when something could not be read, a deletion failed, the brake would stop the run, or it was stopped. */
  readonly ok: boolean;
}

export interface CleanupProviderResult {
  /** As the destination calls it: `aws` in a private registry, the whole address in a mirror. */
  readonly provider: string;
  /** The destination's name; absent for a config that names none. */
  readonly destination?: string;
  readonly kept: readonly { version: string; reason: KeepReason; detail: string }[];
  /** What a dry run would delete, or a stopped run did not come to, oldest first. */
  readonly toDelete: readonly DecidedDeletion[];
  /** Oldest first. `gone` were no longer there. */
  readonly deleted: readonly (DecidedDeletion & { readonly outcome: 'deleted' | 'gone' })[];
  readonly failed: readonly (DecidedDeletion & { readonly error: ErrorReport })[];
  /** What somebody should look at, though nothing failed: that the provider lists no version. */
  readonly remark?: string;
  /** Why the provider could not be read in one of the registries; nothing of it was deleted. */
  readonly error?: ErrorReport;
}

export interface DecidedDeletion {
  readonly version: string;
  readonly reason: DeleteReason;
  readonly detail: string;
}

/** The deletions that a provider's plan decides, oldest first. */
export function deletionsOf({ decisions }: PlannedProvider): readonly DecidedDeletion[] {
  return decisions
    .filter((decision) => decision.action === 'delete')
    .map(({ version, reason, detail }) => ({ version, reason, detail }))
    .reverse();
}

/** What a provider's result says before anything is done. */
export function untouched(planned: PlannedProvider): CleanupProviderResult {
  const { provider, destination, decisions, remark, error } = planned;
  const kept = decisions
    .filter((decision) => decision.action === 'keep')
    .map(({ version, reason, detail }) => ({ version, reason, detail }));
  return {
    provider: provider.name,
    ...(destination !== undefined && { destination }),
    kept,
    toDelete: [],
    deleted: [],
    failed: [],
    ...(remark !== undefined && { remark }),
    ...(error && { error }),
  };
}

/** Puts providers' results together. */
export function summarize(
  { destinations }: Pick<CleanupPlan, 'destinations'>,
  providers: readonly CleanupProviderResult[],
  run: Pick<CleanupResult, 'dryRun' | 'brake' | 'stopped'>,
): CleanupResult {
  const deleted = providers.flatMap((provider) => provider.deleted);
  const failed = providers.some(({ error, failed: each }) => error !== undefined || each.length > 0);
  const unlisted = (destinations ?? []).some(({ error }) => error !== undefined);
  return {
    ...run,
    providersChecked: providers.filter(({ error }) => error === undefined).length,
    versionsDeleted: deleted.filter(({ outcome }) => outcome === 'deleted').length,
    versionsToDelete: providers.reduce((sum, { toDelete }) => sum + toDelete.length, 0),
    providers,
    ...(destinations && { destinations }),
    ok: run.brake === undefined && run.stopped === undefined && !failed && !unlisted,
  };
}

/** One line for a mail or a terminal about what went wrong; undefined when all went well. */
export function describeCleanupFailure(result: CleanupResult): string | undefined {
  if (result.ok) return undefined;
  const lines = [
    ...(result.destinations ?? []).flatMap(({ name, error }) => (error ? [`${name}: ${error.message}`] : [])),
    ...result.providers.flatMap(describeProvider),
  ];
  if (result.stopped) lines.push(`${result.versionsToDelete} were not come to before it was stopped.`);
  if (result.brake) lines.push(result.brake.message);
  return `Cleanup deleted ${result.versionsDeleted} versions and did not finish. ${lines.join(' ')}`;
}

function describeProvider({
  provider,
  destination,
  error,
  failed,
}: CleanupProviderResult): readonly string[] {
  const name = destination === undefined ? provider : `${destination}: ${provider}`;
  return [
    ...(error ? [`${name}: ${error.message}`] : []),
    ...failed.map(({ version, error: own }) => `${name} ${version}: ${own.message}`),
  ];
}
