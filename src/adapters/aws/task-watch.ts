import { DescribeTasksCommand, type ECSClient } from '@aws-sdk/client-ecs';
import type { Clock } from '../../ports/clock.ts';
import type { RunnerWatch } from '../../ports/runner-watch.ts';
import type { Executions } from '../../ports/turn-queue.ts';
import { serviceUnavailable } from './service-errors.ts';

/** What a task's last requests to AWS may still be about to do is over by then. */
const GRACE_MS = 2 * 60 * 1000;

/**
 * Knows the tasks of ECS. One is dead when ECS says STOPPED, some time ago; ECS forgets it after an hour, and then it
 * is dead when its execution is over as well, which waits for it or stops it. Needs DescribeTasks.
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
      if (described === undefined) {
        if (execution === undefined || (await executions.isRunning(execution))) return undefined;
        return `ECS does not know the task ${task} any more, and the execution ${execution} is over`;
      }
      const { lastStatus, stoppedAt, stopCode, stoppedReason } = described;
      if (lastStatus !== 'STOPPED' || stoppedAt === undefined) return undefined;
      if (clock.now().getTime() - stoppedAt.getTime() < GRACE_MS) return undefined;
      const why = [stopCode, stoppedReason].filter((each) => each !== undefined).join(': ');
      return `the task ${task} stopped at ${stoppedAt.toISOString()} (${why.slice(0, 500)})`;
    },
  };
}

async function describe(ecs: ECSClient, cluster: string, task: string) {
  try {
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }));
    return tasks[0];
  } catch (error) {
    throw serviceUnavailable(`Asking ECS for the task ${task}`, error);
  }
}
