import { executionLink } from '../../domain/notification/console-links.ts';
import { readCaughtError } from '../../domain/notification/received-error.ts';
import { isNews, renderBottles, renderBottlesFailure } from '../../domain/notification/render-bottles.ts';
import { composeBottlesNotification } from '../composition/bottles-notification.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { notifyEvent } from './events/schema.ts';

/** Tells people what became of a sync of bottles: by the topic, and in Slack. Of a run without news nobody hears. */
export const handler = lambdaFunction({
  event: notifyEvent,
  compose: composeBottlesNotification,
  async run({ place, notify }, { event, signal }) {
    const where = [`Execution: ${executionLink(place, event.executionId)}`];
    if ('error' in event) {
      const error = readCaughtError(event.error);
      return await notify(renderBottlesFailure({ error, destination: undefined, where }), signal);
    }
    const { result } = event;
    if (!isNews(result)) return { told: [] };
    return await notify(renderBottles({ ...result, where }), signal);
  },
});
