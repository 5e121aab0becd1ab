import { cleanupOldVersions } from '../application/cleanup/cleanup-old-versions.ts';
import { describeCleanupFailure } from '../application/cleanup/results.ts';
import { readConfig } from '../application/resolve/read-config.ts';
import { SyncError } from '../domain/errors.ts';
import { interruptionOf } from '../domain/transfer/interruption.ts';
import { composeCleanup } from './composition/cleanup.ts';
import { lambdaFunction } from './lambda-function.ts';
import { cleanupEvent } from './schema.ts';

/** Deletes what the retention policy no longer keeps at every destination, or says what it would delete. */
export const handler = lambdaFunction({
  event: cleanupEvent,
  compose: composeCleanup,
  metrics: { duration: 'CleanupDuration' },
  run: (composition, { event, requestId, signal }) =>
    composition.tellingOfFailure(requestId, async () => {
      const config = await readConfig({ configSource: composition.configSource });
      await using ports = await composition.open(config, signal);
      const { policy } = composition;
      const dryRun = event.dryRun ?? composition.dryRun;
      const request = { config, policy, provider: event.provider, dryRun, signal };
      const result = await cleanupOldVersions(ports, request);
      // An asynchronous invocation's answer reaches nobody.
      for (const { provider, remark } of result.providers) {
        if (remark !== undefined) composition.remark(provider, remark);
      }
      if (result.stopped) throw interruptionOf(signal.reason);
      const failure = describeCleanupFailure(result);
      if (failure !== undefined) throw new SyncError('CleanupFailed', failure);
      return result;
    }),
});
