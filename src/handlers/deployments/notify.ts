import { readRequest } from '../../application/deployments/change.ts';
import { tellDrift } from '../../application/deployments/tell-drift.ts';
import { tellFailure } from '../../application/deployments/tell-failure.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { executionLink } from '../../domain/notification/console-links.ts';
import { composeDeployments } from '../composition/deployments.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { notifyEvent } from './events/schema.ts';
import { problemOf } from './events/task-end.ts';

/** Mails people about a deployment that failed, once a cause and day, or about what a look for drift found. */
export const handler = lambdaFunction({
  event: notifyEvent,
  compose: (runtime) => ({ ...composeDeployments(runtime), metrics: runtime.telemetry.metrics }),
  async run({ ports, notifier, place, whereToLook, metrics }, { event }) {
    if ('drift' in event) {
      const where = [`Execution: ${executionLink(place, event.executionId)}`];
      const { executionId: execution, drift } = event;
      const told = await tellDrift(
        { ...ports, notifier },
        { execution, problem: problemOf(drift.task), where },
      );
      metrics.addMetric('DeploymentsDrifted', 'Count', told.drifted);
      const { problem } = told;
      return { ...told, failed: problem !== undefined, problem: printable(problem ?? '').slice(0, 2000) };
    }
    const request = await readRequest(ports, event.id);
    const where = [`Execution: ${executionLink(place, event.executionId)}`, ...whereToLook(request.run?.id)];
    return { told: await tellFailure({ ...ports, notifier }, request, where) };
  },
});
