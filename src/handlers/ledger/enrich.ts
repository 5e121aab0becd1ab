import { enrich } from '../../application/ledger-intake/intake.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { composeTable } from './composition.ts';
import { judgedEvent } from './schema.ts';

/** Joins what the ledger knows of the same artifact. It only reads. */
export const handler = lambdaFunction({
  event: judgedEvent,
  compose: composeTable,
  run: async (ledger, { event: { event, rules } }) => ({ event: await enrich(ledger, event, rules) }),
});
