import type { BottleCleanupResult } from '../../application/bottles/cleanup.ts';
import type { BottlePorts } from '../../application/bottles/ports.ts';
import { toSyncError } from '../../domain/errors.ts';
import { logLink } from '../../domain/notification/console-links.ts';
import { renderBottlesFailure } from '../../domain/notification/render-bottles.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { readCleanup } from '../settings.ts';
import { openMirror, readMirrorLocation } from './bottles.ts';
import { composeBottlesConfig } from './bottles-config.ts';
import { composeBottlesNotification } from './bottles-notification.ts';
import { systemClock } from './clock.ts';

interface BottlesCleanupComposition {
  readonly readEntry: ReturnType<typeof composeBottlesConfig>;
  readonly ports: Pick<BottlePorts, 'store' | 'clock'>;
  /** Above 0 and up to 1: CLEANUP_MAX_SHARE. */
  readonly maxShare: number;
  /** DRY_RUN. */
  readonly dryRun: boolean;
  /** Counts and logs what was deleted, every file of it. */
  report(result: BottleCleanupResult): void;
  /** Runs `work`; when it throws, people are told before the error goes on. */
  tellingOfFailure<T>(requestId: string, work: () => Promise<T>): Promise<T>;
}

/** How many files one line of the log names: what is longer, CloudWatch cuts. */
const FILES_A_LINE = 500;

const TELLING_MS = 10_000;

export function composeBottlesCleanup(runtime: Runtime): BottlesCleanupComposition {
  const { environment, telemetry } = runtime;
  const { mirror, cleanup, logGroup } = readSettings(environment, (reader) => ({
    mirror: readMirrorLocation(reader),
    cleanup: readCleanup(reader),
    logGroup: reader.required('LOG_GROUP'),
  }));
  const { place, notify } = composeBottlesNotification(runtime);
  const store = openMirror(mirror, environment);
  return {
    readEntry: composeBottlesConfig(runtime),
    ports: { store, clock: systemClock },
    maxShare: cleanup.policy.brake.maxShare,
    dryRun: cleanup.dryRun,
    report: ({ files, dryRun, deletedSnapshots, keptSnapshots, bytes, failed }) => {
      const { logger, metrics } = telemetry;
      logger.info('BottlesCleanedUp', {
        dryRun,
        deletedSnapshots,
        keptSnapshots: keptSnapshots.length,
        bytes,
      });
      for (let at = 0; at < files.length; at += FILES_A_LINE) {
        logger.info('BottlesCleanedUpFiles', { dryRun, files: files.slice(at, at + FILES_A_LINE) });
      }
      if (dryRun) return;
      metrics.addMetric('SnapshotsDeleted', 'Count', deletedSnapshots.length);
      metrics.addMetric('BottleFilesDeleted', 'Count', files.length - failed.length);
    },
    tellingOfFailure: async (requestId, work) => {
      try {
        return await work();
      } catch (thrown) {
        const { code, name, message } = toSyncError(thrown);
        const where = [`Request:   ${requestId}`, `Log:       ${logLink(place, logGroup, requestId)}`];
        const notice = {
          work: 'cleanup',
          error: { code, name, message },
          destination: store.location,
          where,
        } as const;
        // The invocation's own signal may be what broke the work off.
        await notify(renderBottlesFailure(notice), AbortSignal.timeout(TELLING_MS)).catch(
          (failure: unknown) => {
            telemetry.logger.error(toSyncError(failure).message);
          },
        );
        throw thrown;
      }
    },
  };
}
