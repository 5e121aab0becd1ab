import { GetExecutionHistoryCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { serviceUnavailable } from './service-errors.ts';

/** An execution that failed has two: that it did, and the state that said so. */
const NEWEST = 10;

/**
 * What the last state that an execution came to was given, as JSON; undefined where its newest events do not tell. Of an
 * execution that failed that is all that it knew by then, which the event of its end leaves out. Throws
 * ServiceUnavailable and ServiceUnreachable.
 */
export async function readLastInput(sfn: SFNClient, executionArn: string): Promise<string | undefined> {
  const { events = [] } = await sfn
    .send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: NEWEST }))
    .catch((error: unknown) => {
      throw serviceUnavailable(`Reading the history of ${executionArn}`, error);
    });
  const entered = events.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails !== undefined);
  return entered?.stateEnteredEventDetails?.input;
}
