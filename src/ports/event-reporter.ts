import type { SyncEvent } from '../domain/events.ts';

/** Takes what happened; never throws and never delays the caller. */
export interface EventReporter {
  report(event: SyncEvent): void;
}
