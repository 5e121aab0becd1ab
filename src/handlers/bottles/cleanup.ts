import {
  type BottleCleanupResult,
  cleanupBottles,
  describeBottleCleanupFailure,
} from '../../application/bottles/cleanup.ts';
import { SyncError } from '../../domain/errors.ts';
import { composeBottlesCleanup } from '../composition/bottles-cleanup.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { bottlesCleanupEvent } from './events/schema.ts';

/** What fits into an answer; the log has all. */
const MAX_NAMED = 50;

/**
 * Deletes the snapshots that are not kept and what they alone need, or says what it would delete. How many are kept the
 * config says.
 */
export const handler = lambdaFunction({
  event: bottlesCleanupEvent,
  compose: composeBottlesCleanup,
  metrics: { duration: 'BottlesCleanupDuration' },
  run: (composition, { event, requestId, signal }) =>
    composition.tellingOfFailure(requestId, async () => {
      const { readEntry, ports, maxShare } = composition;
      const { entry } = await readEntry();
      const dryRun = event.dryRun ?? composition.dryRun;
      const request = { keepSnapshots: entry.keepSnapshots, maxShare, dryRun, signal };
      const result = await cleanupBottles(ports, request);
      composition.report(result);
      const failure = describeBottleCleanupFailure(result);
      if (failure !== undefined) throw new SyncError('CleanupFailed', failure);
      return toldOf(result);
    }),
});

function toldOf({ files, ...result }: BottleCleanupResult) {
  return { ...result, files: files.length, first: files.slice(0, MAX_NAMED) };
}
