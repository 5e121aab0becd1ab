import { isSyncError, SyncError } from '../errors.ts';

/** The error to throw once a signal is aborted: its reason when that says more (a deadline), else Interrupted. */
export function interruptionOf(reason: unknown): SyncError {
  if (isSyncError(reason)) return reason;
  return new SyncError('Interrupted', 'Stopped before it was done. Run it again to go on.', {
    cause: reason,
  });
}

export interface InnerController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** To be called when the part is over: `outer` reaches it no more. */
  leave(): void;
}

/**
 * A controller for a part of what `outer` ends. `AbortSignal.any` does the same, but what it makes stays with `outer`
 * until the next large collection: a run of hundreds of providers makes thousands.
 */
export function controllerWithin(outer: AbortSignal | undefined): InnerController {
  const controller = new AbortController();
  const stop = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) stop();
  outer?.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    leave: () => outer?.removeEventListener('abort', stop),
  };
}
