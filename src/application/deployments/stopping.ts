import type { DeploymentRequest } from '../../domain/deployment-request/request.ts';
import { isSyncError, SyncError } from '../../domain/errors.ts';
import { changeRequest } from './change.ts';
import type { RunPorts } from './ports.ts';

export interface StopTerms {
  readonly id: string;
  readonly runId: string;
  readonly runner: string;
  /** How long the run may take. */
  readonly minutes: number;
  /** The process itself is asked to stop. */
  readonly signal: AbortSignal;
  /** How often the request is asked whether somebody cancelled it. */
  readonly pollMs: number;
  /** Called with each sign of life. */
  readonly onSeen: () => Promise<void>;
}

export interface Stopping extends Disposable {
  /** Aborted once, with the SyncError that says why: a cancel, the limit, a signal, or another runner. */
  readonly stop: AbortSignal;
}

/** Every so many polls a run says that it lives. */
const SEEN_EVERY = 5;

/** Watches over a run: what stops it stops it once. */
export function watchRun(ports: RunPorts, terms: StopTerms): Stopping {
  const { id, runId, runner, minutes, signal } = terms;
  const { clock } = ports;
  const controller = new AbortController();
  const stop = (reason: unknown): void => {
    if (!controller.signal.aborted) controller.abort(reason);
  };
  const bySignal = (): void => stop(signal.reason);
  if (signal.aborted) bySignal();
  signal.addEventListener('abort', bySignal, { once: true });
  const began = clock.monotonic();
  let polls = 0;
  let asking = false;

  const look = async (): Promise<void> => {
    polls += 1;
    const request = await (polls % SEEN_EVERY === 0
      ? changeRequest(ports, id, () => ({ kind: 'Progressed', runId, runner }))
      : ports.requests.read(id));
    if (polls % SEEN_EVERY === 0) await terms.onSeen();
    const why = reasonIn(request, terms);
    if (why !== undefined) stop(why);
  };
  const quiet = ports.every(terms.pollMs, () => {
    if (clock.monotonic() - began > minutes * 60_000) {
      const message = `The run was stopped: it took more than the ${minutes} minutes that its kind allows.`;
      stop(new SyncError('TerraformFailed', message));
    }
    if (asking) return;
    asking = true;
    void look()
      // A table that cannot be asked for a while stops nothing; a run that is somebody else's is stopped.
      .catch((error: unknown) => {
        if (isSyncError(error) && error.code === 'DeploymentConflict') stop(error);
      })
      .finally(() => {
        asking = false;
      });
  });
  return {
    stop: controller.signal,
    [Symbol.dispose]: () => {
      quiet();
      signal.removeEventListener('abort', bySignal);
    },
  };
}

function reasonIn(
  request: DeploymentRequest | undefined,
  { runId, runner }: StopTerms,
): SyncError | undefined {
  const run = request?.run;
  if (run?.id !== runId || run.runner !== runner) {
    return new SyncError('DeploymentConflict', `Run ${runId} is carried out by somebody else by now.`);
  }
  return run.cancel === undefined ? undefined : cancelled(run.cancel.by);
}

export function cancelled(by: string): SyncError {
  return new SyncError('DeploymentCancelled', `The run was cancelled by ${by}.`);
}
