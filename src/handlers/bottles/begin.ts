import { beginRun } from '../../application/bottles/run/begin.ts';
import { composeBottles } from '../composition/bottles.ts';
import { composeBottlesConfig } from '../composition/bottles-config.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { beginEvent, runIdOf } from './events/schema.ts';

/** The orchestrator of a sync of bottles: proves the API, plans, and splits the work by size. */
export const handler = lambdaFunction({
  event: beginEvent,
  compose: (runtime) => ({
    ...composeBottles(runtime),
    readEntry: composeBottlesConfig(runtime),
  }),
  metrics: { duration: 'BottlesPlanDuration' },
  async run({ open, readEntry }, { event, signal }) {
    const { entry, where } = await readEntry();
    await using ports = await open(signal);
    const id = runIdOf(event.executionId);
    return await beginRun(ports, entry, { id, config: where, signal });
  },
});
