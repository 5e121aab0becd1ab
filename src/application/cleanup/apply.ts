import { reportOf, type SyncError, toSyncError } from '../../domain/errors.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { CleanupPlan, CleanupPorts, PlannedProvider } from './plan.ts';
import {
  type CleanupProviderResult,
  type CleanupResult,
  type DecidedDeletion,
  deletionsOf,
  summarize,
  untouched,
} from './results.ts';

/**
 * Deletes what the plan says: the destinations side by side, at each one provider after the other, oldest version
 * first. A version that is no longer there counts as gone. When `signal` aborts, nothing more is asked for, and what
 * was not come to stands in `toDelete`. Throws RetentionBrakeApplied before the first deletion.
 */
export async function applyCleanup(
  ports: Pick<CleanupPorts, 'events'>,
  plan: CleanupPlan,
  signal?: AbortSignal,
): Promise<CleanupResult> {
  if (plan.brake) throw plan.brake;
  const results = new Map<PlannedProvider, CleanupProviderResult>();
  const cleanStore = async (providers: readonly PlannedProvider[]): Promise<void> => {
    for (const planned of providers) results.set(planned, await deleteVersions(ports, planned, signal));
  };
  const byStore = Map.groupBy<VersionStore, PlannedProvider>(plan.providers, ({ store }) => store);
  await Promise.all([...byStore.values()].map(cleanStore));
  const providers = plan.providers.flatMap((planned) => results.get(planned) ?? []);
  const stopped = providers.some(({ toDelete }) => toDelete.length > 0);
  return summarize(plan, providers, { dryRun: false, ...(stopped && { stopped }) });
}

async function deleteVersions(
  { events }: Pick<CleanupPorts, 'events'>,
  planned: PlannedProvider,
  signal: AbortSignal | undefined,
): Promise<CleanupProviderResult> {
  const { store, provider } = planned;
  const deleted: CleanupProviderResult['deleted'][number][] = [];
  const failed: CleanupProviderResult['failed'][number][] = [];
  const toDelete: DecidedDeletion[] = [];
  let unreachable: SyncError | undefined;
  for (const deletion of deletionsOf(planned)) {
    if (signal?.aborted) {
      toDelete.push(deletion);
      continue;
    }
    const about = { destination: store.name, provider: provider.name, version: deletion.version };
    try {
      if (unreachable) throw unreachable;
      const outcome = await store.deleteVersion(provider, deletion.version);
      deleted.push({ ...deletion, outcome });
      if (outcome === 'deleted') events.append({ kind: 'VersionDeleted', ...about, reason: deletion.detail });
    } catch (cause) {
      if (signal?.aborted) {
        toDelete.push(deletion);
        continue;
      }
      const error = reportOf(cause);
      failed.push({ ...deletion, error });
      events.append({ kind: 'VersionDeletionFailed', ...about, error });
      // The adapter has already retried: asking again for each version would only use up the run's time.
      if (error.code === 'DestinationUnavailable') unreachable = toSyncError(cause);
    }
  }
  return { ...untouched(planned), toDelete, deleted, failed };
}
