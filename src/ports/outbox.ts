import type { CloudEvent } from '../domain/ledger/entry.ts';

/** Events that were put by together. */
export interface Parcel {
  /** Names it for `remove`. */
  readonly name: string;
  /** Undefined when what lies there cannot be read as events. */
  readonly events: readonly CloudEvent[] | undefined;
}

/**
 * Where events wait that no ledger took, until one does. Methods throw a SyncError: ServiceUnavailable when it passes
 * with time, ServiceUnreachable when not.
 */
export interface Outbox {
  /** For messages. */
  readonly location: string;
  /** Resolves when the events will last. */
  put(events: readonly CloudEvent[]): Promise<void>;
  /** What waits, oldest first. */
  waiting(): AsyncIterable<Parcel>;
  remove(name: string): Promise<void>;
}
