import { randomUUID } from 'node:crypto';
import { readTurns, type TurnHolder, writeTurns } from '../../domain/bottle/turns/schema.ts';
import { SyncError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';

const TURNS = 'turns.json';
const MAX_ATTEMPTS = 30;

/** After this long a holder is taken for dead. */
const LONGEST_MS = { sync: 24 * 60 * 60 * 1000, cleanup: 60 * 60 * 1000 } as const;

type TurnPorts = { readonly store: MirrorStore; readonly clock: Clock };

/**
 * Carries `work` out while no cleanup runs at the mirror; a cleanup while nothing at all does: it would take the
 * bottles away that a sync has brought and no snapshot names yet. Throws DestinationUnavailable when it is not the time.
 */
export async function inTurn<T>(
  ports: TurnPorts,
  kind: TurnHolder['kind'],
  work: () => Promise<T>,
): Promise<T> {
  const id = randomUUID();
  await beginTurn(ports, kind, id);
  try {
    return await work();
  } finally {
    await endTurn(ports, id);
  }
}

/** As `inTurn`, for work in several steps of their own: the same id may begin again, and has to end. */
export async function beginTurn(
  { store, clock }: TurnPorts,
  kind: TurnHolder['kind'],
  id: string,
): Promise<void> {
  const own: TurnHolder = { id, kind, since: clock.now() };
  await change(store, (holders) => {
    const alive = holders.filter(
      (each) => each.id !== id && clock.now().getTime() - each.since.getTime() < LONGEST_MS[each.kind],
    );
    const other = alive.find((each) => kind === 'cleanup' || each.kind === 'cleanup');
    if (other !== undefined) throw busy(store, other);
    return [...alive, own];
  });
}

export async function endTurn({ store }: Pick<TurnPorts, 'store'>, id: string): Promise<void> {
  await change(store, (holders) => holders.filter((each) => each.id !== id));
}

async function change(
  store: MirrorStore,
  next: (holders: readonly TurnHolder[]) => readonly TurnHolder[],
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const stored = await store.readDocument(TURNS);
    const bytes = writeTurns(next(stored === undefined ? [] : readTurns(stored.bytes)));
    if ((await store.writeDocument(TURNS, bytes, stored?.etag, 'application/json')) === 'written') return;
  }
  throw new SyncError(
    'DestinationUnavailable',
    `${TURNS} in ${store.location} was written by others again and again.`,
  );
}

function busy(store: MirrorStore, { kind, since }: TurnHolder): SyncError {
  return new SyncError(
    'DestinationUnavailable',
    `A ${kind} runs at ${store.location} since ${since.toISOString()}. Try again when it is over; if it was killed, it is ` +
      `forgotten after ${LONGEST_MS[kind] / 3_600_000} hours, or when you remove ${TURNS} there.`,
  );
}
