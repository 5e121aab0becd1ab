import { isSyncError, SyncError } from '../errors.ts';

/** The error to throw once a signal is aborted: its reason when that says more (a deadline), else Interrupted. */
export function interruptionOf(reason: unknown): SyncError {
  if (isSyncError(reason)) return reason;
  return new SyncError('Interrupted', 'Stopped before it was done. Run it again to go on.', {
    cause: reason,
  });
}
