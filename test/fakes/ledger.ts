import { hashText } from '../../src/application/ledger/hash-text.ts';
import { SyncError } from '../../src/domain/errors.ts';
import { dataOf } from '../../src/domain/events/types/schema.ts';
import { conflictEvent, identityKey } from '../../src/domain/ledger/conflict.ts';
import {
  type CloudEvent,
  contentsOf,
  keysOf,
  type LedgerEntry,
  nextEntry,
  streamOf,
} from '../../src/domain/ledger/entry.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Appended, Ledger } from '../../src/ports/ledger.ts';

/** A ledger in memory. */
export function createFakeLedger(clock: Clock): Ledger & { readonly all: readonly LedgerEntry[] } {
  const all: LedgerEntry[] = [];
  const known = new Map<string, string>();
  const inStream = (stream: string) => all.filter((entry) => entry.stream === stream);

  const append = (event: CloudEvent): Appended => {
    const [key, contents] = [identityKey(hashText, event), contentsOf(hashText, event)];
    const there = known.get(key);
    if (there === contents) return 'duplicate';
    if (there !== undefined) {
      append(conflictEvent(hashText, event, clock.now()));
      return 'conflict';
    }
    known.set(key, contents);
    const last = inStream(streamOf(event)).at(-1);
    const head = last && { ...last, received: last.event.received ?? '' };
    const entry = nextEntry(hashText, event, head, clock.now());
    all.push(JSON.parse(JSON.stringify(entry)));
    return 'stored';
  };

  const receivedAt = ({ event }: LedgerEntry) => Date.parse(event.received ?? '');
  return {
    all,
    location: 'a ledger in memory',
    append: async (events) => {
      const before = { count: all.length, known: new Map(known) };
      try {
        return events.map(append);
      } catch (error) {
        all.splice(before.count);
        known.clear();
        for (const [key, contents] of before.known) known.set(key, contents);
        throw new SyncError('ArgumentsInvalid', `An event cannot be kept: ${String(error)}`);
      }
    },
    read: async (stream, { types, version, before, limit } = {}) => {
      const found = inStream(stream).filter(
        ({ seq, event }) =>
          (types === undefined || types.includes(event.type)) &&
          (version === undefined || keysOf(event).version === version) &&
          (before === undefined || seq < before),
      );
      return limit === undefined ? found : found.slice(Math.max(0, found.length - limit));
    },
    readTime: async ({ from, to, limit }) =>
      all
        .filter((entry) => receivedAt(entry) >= from.getTime() && receivedAt(entry) < to.getTime())
        .toSorted((a, b) => receivedAt(a) - receivedAt(b))
        .slice(0, limit),
    firstSight: async (digest) => all.find(({ event }) => keysOf(event).digest === digest),
    newestOf: async (digest, limit) =>
      all
        .filter(({ event }) => keysOf(event).digest === digest)
        .toReversed()
        .slice(0, limit),
    heads: async () => new Map(all.map(({ stream, seq, hash }) => [stream, { seq, hash }])),
    entries: async function* () {
      for (const stream of new Set(all.map((entry) => entry.stream))) yield* inStream(stream);
    },
    close: async () => {},
  };
}

/** How often each fact of a type stands in the ledger, by its data. */
export function factsIn(
  entries: readonly LedgerEntry[],
  name: Parameters<typeof dataOf>[0],
): readonly unknown[] {
  return entries.flatMap(({ event }) => dataOf(name, event) ?? []);
}
