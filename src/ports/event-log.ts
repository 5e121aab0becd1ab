import type { DomainEvent } from '../domain/events/domain-event.ts';

/** Takes what happened. */
export interface EventLog {
  /** Never throws and never delays the caller. */
  append(event: DomainEvent): void;
  /** Resolves when everything appended so far is where it is kept. To be awaited before a run ends. */
  flush(): Promise<void>;
}
