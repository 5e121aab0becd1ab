import { DescribeTasksCommand, type ECSClient, type Task } from '@aws-sdk/client-ecs';
import { SyncError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunnerWatch } from '../../ports/runner-watch.ts';
import type { Executions } from '../../ports/turn-queue.ts';
import { isUnanswered, serviceErrorOf, serviceUnavailable } from './service-errors.ts';

/** What a task's last requests to AWS may still be about to do is over by then. */
const GRACE_MS = 2 * 60 * 1000;

/**
 * Knows the tasks of ECS. One is dead when ECS says STOPPED, some time ago; ECS forgets it after an hour, or with its
 * cluster, and then it is dead when its execution is over as well, which waits for it or stops it. Needs DescribeTasks.
 */
export function createTaskWatch(options: {
  readonly ecs: ECSClient;
  readonly executions: Executions;
  readonly clock: Clock;
}): RunnerWatch {
  const { ecs, executions, clock } = options;
  return {
    evidenceOfDeath: async ({ task, execution }) => {
      const [, cluster] = /^arn:[^:]+:ecs:[^:]+:\d+:task\/([^/]+)\/[^/]+$/.exec(task ?? '') ?? [];
      if (task === undefined || cluster === undefined) return undefined;
      const described = await describe(ecs, cluster, task);
      if (described === undefined || described === 'no-cluster') {
        if (execution === undefined || (await executions.isRunning(execution))) return undefined;
        // ECS deletes no cluster in which a task runs.
        const what =
          described === undefined ? `the task ${task}` : `the cluster ${cluster} of the task ${task}`;
        return `ECS does not know ${what} any more, and the execution ${execution} is over`;
      }
      const { lastStatus, stoppedAt, stopCode, stoppedReason } = described;
      if (lastStatus !== 'STOPPED' || stoppedAt === undefined) return undefined;
      if (clock.now().getTime() - stoppedAt.getTime() < GRACE_MS) return undefined;
      const why = [stopCode, stoppedReason].filter((each) => each !== undefined).join(': ');
      return `the task ${task} stopped at ${stoppedAt.toISOString()} (${why.slice(0, 500)})`;
    },
  };
}

/** Undefined for a task that ECS does not know. */
async function describe(
  ecs: ECSClient,
  cluster: string,
  task: string,
): Promise<Task | 'no-cluster' | undefined> {
  try {
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }));
    return tasks[0];
  } catch (cause) {
    const what = `Asking ECS for the task ${task}`;
    const error = serviceErrorOf(cause);
    if (error.name === 'ClusterNotFoundException') return 'no-cluster';
    if (isUnanswered(error)) throw serviceUnavailable(what, cause);
    throw new SyncError('ServiceUnreachable', `${what} was refused (${error.name}): ${error.message}`, {
      cause,
    });
  }
}
