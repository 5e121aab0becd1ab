import { readRequest } from '../../application/deployments/change.ts';
import { tellFailure } from '../../application/deployments/tell-failure.ts';
import { executionLink } from '../../domain/notification/console-links.ts';
import { composeDeployments } from '../composition/deployments.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { notifyEvent } from './events/schema.ts';

/** Mails people about a deployment that failed, once a cause and day. */
export const handler = lambdaFunction({
  event: notifyEvent,
  compose: composeDeployments,
  async run({ ports, notifier, place, whereToLook }, { event }) {
    const request = await readRequest(ports, event.id);
    const where = [`Execution: ${executionLink(place, event.executionId)}`, ...whereToLook(request.run?.id)];
    return { told: await tellFailure({ ...ports, notifier }, request, where) };
  },
});
