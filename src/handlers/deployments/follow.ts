import { followRun } from '../../application/deployments/follow-run.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { composeDeployments, composeFollowing, readMinutes } from '../composition/deployments.ts';
import { readSettings } from '../environment.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { followEvent } from './events/schema.ts';
import { problemOf } from './events/task-end.ts';

/** Says what a workflow does next. What it answers holds nothing of a request but its status and how it failed. */
export const handler = lambdaFunction({
  event: followEvent,
  compose: (runtime) => {
    const approvalHours = readSettings(runtime.environment, (reader) =>
      readMinutes(reader, 'APPROVAL_HOURS', 72),
    );
    return { following: composeFollowing(composeDeployments(runtime)), approvalHours, runtime };
  },
  async run({ following, approvalHours, runtime }, { event }) {
    const { id, generation, executionId, task } = event;
    const workflow = `workflow ${executionId.split(':').at(-1) ?? executionId}`;
    const ended = task === null ? undefined : { problem: problemOf(task) };
    const step = await followRun(following, { id, generation, workflow, task: ended, approvalHours });
    if (step.next === 'run') return { ...step, task };
    if (step.next === 'wait')
      return { next: step.next, seconds: step.seconds, task: step.settled ? null : task };
    const { status = 'GONE', failure } = step.request ?? {};
    // Of a later generation another workflow tells.
    const own = step.request !== undefined && step.request.generation === generation + 2;
    const failed = own && status === 'FAILED';
    if (own) {
      runtime.telemetry.metrics.addMetric(failed ? 'DeploymentFailed' : 'DeploymentEnded', 'Count', 1);
    }
    const cause = failed ? printable(failure?.message ?? '').slice(0, 2000) : '';
    return { next: step.next, failed, status, error: failure?.code ?? 'none', cause, task: null };
  },
});
