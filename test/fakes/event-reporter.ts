import type { DomainEvent } from '../../src/domain/events/domain-event.ts';
import type { ProgressSignal } from '../../src/domain/events/progress-signal.ts';
import type { EventLog } from '../../src/ports/event-log.ts';
import type { Progress } from '../../src/ports/progress.ts';

export type Reported = DomainEvent | ProgressSignal;

type EventOf<K extends Reported['kind']> = Extract<Reported, { kind: K }>;

export interface RecordingReporter extends EventLog, Progress {
  readonly events: readonly Reported[];
  /** The events of one kind, in the order they happened. */
  of<K extends Reported['kind']>(kind: K): readonly EventOf<K>[];
}

/** Keeps every event and signal, so that a test can say what happened and in which order. */
export function createRecordingReporter(): RecordingReporter {
  const events: Reported[] = [];
  return {
    events,
    append: (event) => void events.push(event),
    signal: (signal) => void events.push(signal),
    flush: async () => {},
    of: <K extends Reported['kind']>(kind: K) =>
      events.filter((event): event is EventOf<K> => event.kind === kind),
  };
}

const SIGNALS: readonly string[] = [
  'ProviderCheckStarted',
  'PackagesAwaited',
  'PackageTransferStarted',
  'PackageTransferProgressed',
  'PackageTransferRestarted',
  'PackageTransferEnded',
  'BottlesAwaited',
  'BottleTransferStarted',
  'BottleTransferProgressed',
  'BottleTransferEnded',
  'RequestRetried',
] satisfies ProgressSignal['kind'][];

/** Hands an event or a signal to the side it belongs to. */
export function reportTo(reporter: EventLog & Progress, reported: Reported): void {
  if (SIGNALS.includes(reported.kind)) reporter.signal(reported as ProgressSignal);
  else reporter.append(reported as DomainEvent);
}
