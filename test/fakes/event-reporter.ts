import type { SyncEvent } from '../../src/domain/events.ts';
import type { EventReporter } from '../../src/ports/event-reporter.ts';

type EventOf<K extends SyncEvent['kind']> = Extract<SyncEvent, { kind: K }>;

export interface RecordingReporter extends EventReporter {
  readonly events: readonly SyncEvent[];
  /** The events of one kind, in the order they happened. */
  of<K extends SyncEvent['kind']>(kind: K): readonly EventOf<K>[];
}

/** Keeps every event, so that a test can say what happened and in which order. */
export function createRecordingReporter(): RecordingReporter {
  const events: SyncEvent[] = [];
  return {
    events,
    report: (event) => void events.push(event),
    of: <K extends SyncEvent['kind']>(kind: K) =>
      events.filter((event): event is EventOf<K> => event.kind === kind),
  };
}
