import {
  enterQueue,
  findCovering,
  type QueuedRun,
  secondsToWait,
  type Turn,
} from '../domain/deployment/turn.ts';
import { SyncError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Executions, TurnQueue } from '../ports/turn-queue.ts';

export interface TurnPorts {
  readonly queue: TurnQueue;
  readonly executions: Executions;
  readonly clock: Pick<Clock, 'now'>;
}

export interface TurnRequest {
  readonly executionId: string;
  readonly wants: string;
  /** False for a part of a run: a run that has begun cannot leave its work to another. */
  readonly mayJoin: boolean;
}

/** `waitSeconds` is 0 unless the turn is "wait". */
export type TakenTurn = Turn & { readonly waitSeconds: number };

/** Each attempt that fails means that another run came through, so a few are enough for many runs at once. */
const ATTEMPTS = 12;

/**
 * The status of an execution may be old by some seconds: a run that entered the queue this recently is there,
 * whatever is said of it.
 */
const PRESUMED_RUNNING_MS = 60_000;

/**
 * Whether this run may work now; if not, it stands in the queue from here on.
 * Throws ServiceUnavailable, also when others change the queue all the time, and what the ports throw.
 */
export async function takeTurn(ports: TurnPorts, request: TurnRequest): Promise<TakenTurn> {
  const { queue, clock } = ports;
  const now = clock.now();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { runs, revision } = await queue.read();
    const since = runs.find(({ executionId }) => executionId === request.executionId)?.since;
    const run: QueuedRun = {
      executionId: request.executionId,
      wants: request.mayJoin ? request.wants : '',
      since: since ?? now.toISOString(),
    };
    const ended = await endedRuns(ports, runs, run, now);
    const entered = enterQueue(runs, run, ended);
    if (entered.runs === runs || (await queue.write(entered.runs, revision))) {
      const waited = (now.getTime() - Date.parse(run.since)) / 1000;
      return { ...entered.turn, waitSeconds: entered.turn.turn === 'wait' ? secondsToWait(waited) : 0 };
    }
  }
  throw new SyncError('ServiceUnavailable', 'Other runs kept changing the queue of runs. Try again.');
}

/** Runs that stand in the way though they have ended: at the front, and in the place of one to join. */
async function endedRuns(
  { executions }: TurnPorts,
  runs: readonly QueuedRun[],
  run: QueuedRun,
  now: Date,
): Promise<ReadonlySet<string>> {
  const ended = new Set<string>();
  const hasEnded = async (other: QueuedRun) => {
    const age = now.getTime() - Date.parse(other.since);
    if (age < PRESUMED_RUNNING_MS && age > -PRESUMED_RUNNING_MS) return false;
    if (await executions.isRunning(other.executionId)) return false;
    ended.add(other.executionId);
    return true;
  };
  for (const other of runs) {
    if (other.executionId === run.executionId || !(await hasEnded(other))) break;
  }
  for (;;) {
    const covering = findCovering(runs, run.wants, ended);
    if (covering === undefined || covering.executionId === run.executionId || !(await hasEnded(covering)))
      break;
  }
  return ended;
}
