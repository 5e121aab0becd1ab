import { takeTurn } from '../application/take-turn.ts';
import { wishOf } from '../domain/deployment/turn.ts';
import { composeTurn } from './composition/turn.ts';
import { lambdaFunction } from './lambda-function.ts';
import { runEvent } from './schema.ts';

/** Whether a run may work now, has to wait, or is covered by one that waits. A page stands where its run stands. */
export const handler = lambdaFunction({
  event: runEvent,
  compose: composeTurn,
  metrics: { duration: 'TurnDuration' },
  async run(ports, { event, requestId }) {
    // What only looks stands in nobody's way, and waits for nobody.
    if (event.dryRun) return { joined: null, turn: 'yours' as const, waitSeconds: 0 };
    const taken = await takeTurn(ports, {
      executionId: event.executionId ?? requestId,
      wants: wishOf(event.input),
      mayJoin: event.progress === undefined,
    });
    return { joined: null, ...taken };
  },
});
