import type { DomainEvent } from '../../domain/events/domain-event.ts';
import { envelopeOf, factOf } from '../../domain/events/envelope.ts';
import type { CloudEvent } from '../../domain/ledger/entry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { hashText } from './hash-text.ts';

/** How many events go into the ledger at once. */
const BATCH = 500;

/**
 * Keeps what happens in a ledger, while the run goes on. `flush` waits until everything is there, and throws the
 * ledger's error when something could not be kept: what could is kept all the same.
 */
export function createLedgerLog(
  ledger: Pick<Ledger, 'append'>,
  clock: Clock,
  /** Told of what could not be kept. */
  whenNotKept?: (events: readonly CloudEvent[], error: unknown) => void,
): EventLog {
  let waiting: CloudEvent[] = [];
  let writing = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  const drain = async (): Promise<void> => {
    // What comes in meanwhile goes together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      try {
        await ledger.append(batch);
      } catch (error) {
        failure ??= { error };
        whenNotKept?.(batch, error);
      }
    }
  };

  return {
    append: (event: DomainEvent) => {
      const now = clock.now();
      waiting.push(envelopeOf(hashText, factOf(event, now), now));
      if (waiting.length === 1) writing = writing.then(drain);
    },
    flush: async () => {
      await writing;
      if (failure === undefined) return;
      const { error } = failure;
      failure = undefined;
      throw error;
    },
  };
}

/** One log that hands everything to several. */
export function allLogs(logs: readonly EventLog[]): EventLog {
  return {
    append: (event) => {
      for (const log of logs) log.append(event);
    },
    flush: async () => {
      const ended = await Promise.allSettled(logs.map((log) => log.flush()));
      for (const each of ended) if (each.status === 'rejected') throw each.reason;
    },
  };
}
