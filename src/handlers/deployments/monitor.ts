import { setInterval } from 'node:timers';
import { monitorDeployments } from '../../application/deployments/monitor.ts';
import { sweepPending } from '../../application/deployments/sweep.ts';
import { tellFailure } from '../../application/deployments/tell-failure.ts';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import {
  composeDeployments,
  composeFollowing,
  composeWorkflows,
  readMinutes,
} from '../composition/deployments.ts';
import { readSettings } from '../environment.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { monitorEvent } from './events/schema.ts';

const MOST_AT_ONCE = 1000;

const absent = async (): Promise<never> => {
  throw new SyncError('InternalError', 'The monitor has no business with secrets.');
};

/**
 * The net below stream and workflows: takes up what no event told of, ends what no runner is left for, hands the
 * ledger what it lacks, and measures what is stuck. Drift needs Terraform: `deployments monitor --drift` looks for it.
 */
export const handler = lambdaFunction({
  event: monitorEvent,
  compose: (runtime) => {
    const settings = readSettings(runtime.environment, (reader) => ({
      stuckMinutes: readMinutes(reader, 'STUCK_MINUTES', 15),
      sweepMinutes: readMinutes(reader, 'SWEEP_MINUTES', 5),
    }));
    const base = composeDeployments(runtime, { again: true });
    const { logger, metrics } = runtime.telemetry;
    return {
      ...settings,
      base,
      following: composeFollowing(base),
      workflows: composeWorkflows(runtime),
      logger,
      metrics,
    };
  },
  async run(composition, { signal }) {
    const { base, following, workflows, logger, metrics } = composition;
    const { ports, notifier, whereToLook } = base;
    const limit = MOST_AT_ONCE;
    const minutes = composition.sweepMinutes;
    const swept = await sweepPending({ ...ports, workflows }, { minutes, limit, signal });
    const runPorts = {
      ...following,
      secrets: { keep: absent, read: absent },
      every: (milliseconds: number, tick: () => void) => {
        const timer = setInterval(tick, milliseconds);
        return () => clearInterval(timer);
      },
    };
    const { stuckMinutes } = composition;
    const findings = await monitorDeployments(runPorts, { drift: false, stuckMinutes, signal, limit });
    for (const finding of findings) logger.warn('DeploymentFinding', { ...finding });
    for (const { ended } of swept) {
      if (ended === undefined) continue;
      await tellFailure({ ...ports, notifier }, ended, whereToLook(ended.run?.id)).catch((error: unknown) =>
        logger.error('NotTold', { id: ended.id, reason: toSyncError(error).message }),
      );
    }
    const lost = findings.filter(({ what }) => what === 'runner-lost');
    for (const { id } of lost) {
      const ended = await ports.requests.read(id);
      if (ended === undefined) continue;
      await tellFailure({ ...ports, notifier }, ended, whereToLook(ended.run?.id)).catch((error: unknown) =>
        logger.error('NotTold', { id, reason: toSyncError(error).message }),
      );
    }
    const count = (...kinds: readonly string[]) => findings.filter(({ what }) => kinds.includes(what)).length;
    metrics.addMetric('RequestsStuck', 'Count', count('stuck', 'waiting'));
    metrics.addMetric('RunnersLost', 'Count', lost.length);
    metrics.addMetric(
      'RequestsUnsound',
      'Count',
      count('state-refused', 'unsettled', 'unreadable', 'drifted'),
    );
    metrics.addMetric('LocksLeft', 'Count', count('lock-left'));
    const now = ports.clock.now().getTime();
    const ages = (times: readonly string[]) =>
      Math.max(0, ...times.map((time) => Math.round((now - Date.parse(time)) / 1000)));
    const running = [
      ...(await ports.requests.list('DEPLOYING', limit)).requests,
      ...(await ports.requests.list('DESTROYING', limit)).requests,
    ].flatMap(({ id, run }) => (run === undefined || run.stage === 'awaiting-approval' ? [] : [{ id, run }]));
    metrics.addMetric('RunnerAge', 'Seconds', ages(running.map(({ run }) => run.startedAt)));
    metrics.addMetric('RunnerSilence', 'Seconds', ages(running.map(({ run }) => run.seenAt)));
    const locks: string[] = [];
    for (const { id } of running) {
      const lock = await ports.store.readLock(id);
      if (lock !== undefined && lock.created !== '') locks.push(lock.created);
    }
    metrics.addMetric('LockAge', 'Seconds', ages(locks));
    return { swept: swept.map(({ id, what }) => ({ id, what })), findings };
  },
});
