import { append } from '../../application/ledger-intake/intake.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { composeTable } from './composition.ts';
import { finishedEvent } from './schema.ts';

/** Appends an event, once: a function that dies after it has written finds its own entry when it is called again. */
export const handler = lambdaFunction({
  event: finishedEvent,
  compose: composeTable,
  async run(ledger, { event: { event } }) {
    const [taken = { outcome: 'stored' as const }] = await append(ledger, [event]);
    return { outcome: taken.outcome, reason: 'reason' in taken ? taken.reason : null, event };
  },
});
