import { SyncError, toSyncError } from '../../domain/errors.ts';
import type { CloudEvent } from '../../domain/ledger/entry.ts';
import type { Appended } from '../../ports/ledger.ts';
import type { Outbox } from '../../ports/outbox.ts';

/** One of the places that may take events. */
export interface Way {
  /** For messages. */
  readonly location: string;
  /** Resolves when the events will last; throws a SyncError when not all are known to. */
  append(events: readonly CloudEvent[]): Promise<readonly Appended[]>;
}

export function queuedIn(outbox: Outbox): Way {
  return {
    location: outbox.location,
    append: async (events) => {
      await outbox.put(events);
      return events.map(() => 'queued');
    },
  };
}

/**
 * Hands events to the first of the ways that takes them. One that fails is not asked again, so that an outage costs one
 * wait: it is for one invocation. `onFailed` is told. Throws ServiceUnavailable when none takes them, so that the step
 * is tried again, whatever stood in each one's way.
 */
export function inTurn(
  ways: readonly Way[],
  onFailed: (way: Way, error: SyncError) => void,
): Pick<Way, 'append'> {
  const failed = new Map<Way, SyncError>();
  return {
    append: async (events) => {
      const reasons: string[] = [];
      for (const way of ways) {
        const before = failed.get(way);
        if (before !== undefined) {
          reasons.push(before.message);
          continue;
        }
        try {
          return await way.append(events);
        } catch (thrown) {
          const error = toSyncError(thrown);
          reasons.push(error.message);
          onFailed(way, error);
          // An event that cannot be kept there says nothing of the others.
          if (error.code !== 'ArgumentsInvalid') failed.set(way, error);
        }
      }
      throw new SyncError('ServiceUnavailable', `What happened can be kept nowhere. ${reasons.join(' ')}`);
    },
  };
}
