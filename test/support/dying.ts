import { SyncError } from '../../src/domain/errors.ts';

/**
 * Returns what to call before every operation: it lets `operations` of them pass and throws at each one after, as
 * if the process had died. Undefined: none dies.
 */
export function dyingAfter(operations: number | undefined): () => void {
  let left = operations ?? Number.POSITIVE_INFINITY;
  return () => {
    if (left <= 0) throw new SyncError('DestinationUnavailable', 'The process is dead by now.');
    left -= 1;
  };
}
