import { process } from '../../application/ledger-intake/intake.ts';
import { systemClock } from '../composition/clock.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { judgedEvent } from './schema.ts';

/** Normalizes a valid event and says which stream it belongs to. It asks nobody, so that a repeat comes out the same. */
export const handler = lambdaFunction({
  event: judgedEvent,
  compose: () => systemClock,
  run: async (clock, { event: { event, rules } }) => ({ event: process(clock, event, rules), rules }),
});
