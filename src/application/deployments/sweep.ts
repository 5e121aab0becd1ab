import type { DeploymentRequest } from '../../domain/deployment-request/request.ts';
import { endPending } from './end-pending.ts';
import { type Triggered, type TriggerPorts, triggerDeployment } from './trigger.ts';

export interface SweepTerms {
  /** A request that has waited for less is left to the stream. */
  readonly minutes: number;
  readonly limit: number;
  readonly signal: AbortSignal;
}

export interface Swept {
  readonly id: string;
  readonly what: Triggered['kind'];
  /** Set where it was ended. */
  readonly ended?: DeploymentRequest;
}

/** Who ends what a workflow left behind. */
const SWEEP = 'sweep';

/**
 * Takes up pending requests that no event told of, or whose workflow was stopped from outside: the first are started,
 * the second ended as FAILED, since a generation has one workflow and no second. Rows that are no requests are left to
 * the monitor's report.
 */
export async function sweepPending(ports: TriggerPorts, terms: SweepTerms): Promise<readonly Swept[]> {
  const swept: Swept[] = [];
  const before = ports.clock.now().getTime() - terms.minutes * 60_000;
  for (const status of ['PENDING_DEPLOY', 'PENDING_DESTROY'] as const) {
    for (const { id, updatedAt } of (await ports.requests.list(status, terms.limit)).requests) {
      terms.signal.throwIfAborted();
      // Oldest first: what is behind it is younger still.
      if (Date.parse(updatedAt) > before) break;
      const triggered = await triggerDeployment(ports, id);
      if (triggered.kind === 'refused') swept.push({ id, what: 'refused', ended: triggered.request });
      else if (triggered.kind !== 'abandoned') swept.push({ id, what: triggered.kind });
      else {
        const ended = await endPending(ports, triggered.request, SWEEP, {
          code: 'RunnerLost',
          message: 'Its workflow ended without a runner that took it on. Nothing was applied.',
          problems: [],
        });
        swept.push({ id, what: 'abandoned', ...(ended === undefined ? {} : { ended }) });
      }
    }
  }
  return swept;
}
