import type { SyncError } from '../../domain/errors.ts';
import type { OpenedBytes } from '../../ports/bytes.ts';

/** Thrown within a transfer: what has been sent is of no use, and beginning at the first byte again may help. */
export class RestartNeeded extends Error {
  readonly side: 'download' | 'upload';
  /** Why; what to throw when there are no restarts left. */
  readonly reason: SyncError;
  /** The file from its first byte on, when it is open already. */
  readonly opened: OpenedBytes | undefined;

  constructor(side: 'download' | 'upload', reason: SyncError, opened?: OpenedBytes) {
    super(reason.message, { cause: reason });
    this.name = 'RestartNeeded';
    this.side = side;
    this.reason = reason;
    this.opened = opened;
  }
}
