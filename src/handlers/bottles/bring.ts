import { bringRunGroup } from '../../application/bottles/run/bring-group.ts';
import { composeBottles } from '../composition/bottles.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { bringEvent, runIdOf } from './events/schema.ts';

/** Brings one batch of a run, or goes on with it. */
export const handler = lambdaFunction({
  event: bringEvent,
  compose: composeBottles,
  metrics: { duration: 'BottlesBatchDuration' },
  async run({ open }, { event: { executionId, group }, signal }) {
    await using ports = await open(signal);
    return { group, ...(await bringRunGroup(ports, { id: runIdOf(executionId), group }, { signal })) };
  },
});
