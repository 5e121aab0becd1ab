import { notifyError } from '../application/notify-error.ts';
import { readCaughtError } from '../domain/notification/received-error.ts';
import { composeNotification } from './composition/notification.ts';
import { noticeOf } from './error-notice.ts';
import { lambdaFunction } from './lambda-function.ts';
import { answerRun } from './run-report.ts';
import { errorHandlerEvent } from './schema.ts';

/** Tells people how a run ended, or about one failure, as Step Functions hands it over. */
export const handler = lambdaFunction({
  event: errorHandlerEvent,
  compose: composeNotification,
  async run(composition, { event }) {
    if ('action' in event) return answerRun(composition, event);
    const error = readCaughtError(event.error);
    // Counted first: it failed, whether or not people can be told.
    if (event.provider !== undefined) composition.countFailure(error.name);
    const { messageId } = await notifyError(composition, noticeOf(event, error, composition));
    return { messageId, notified: true, address: event.provider?.address ?? null, code: error.name };
  },
});
