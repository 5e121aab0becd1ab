import { endsRun } from '../../domain/delivery/run-ending.ts';
import { type SyncError, toSyncError } from '../../domain/errors.ts';
import type { Destination } from '../../ports/destination.ts';

/**
 * The circuit breaker of a run: destinations that answered what they would answer for every provider (the token is
 * rejected, the organization is gone). They are not asked any more.
 */
export interface LostDestinations {
  /** Why it is not to be asked; undefined when it is. */
  get(destination: Destination): SyncError | undefined;
  /** Remembers an error of the destination, if it is one that ends the run there. */
  note(destination: Destination, error: SyncError): void;
  /** False for a lost destination's error that was told before: one cause is told once. */
  isNews(error: SyncError): boolean;
}

export function createLostDestinations(): LostDestinations {
  const lost = new Map<Destination, SyncError>();
  const told = new Set<SyncError>();
  return {
    get: (destination) => lost.get(destination),
    note: (destination, error) => {
      if (endsRun(error.code) && !lost.has(destination)) lost.set(destination, error);
    },
    isNews: (error) => {
      if (told.has(error)) return false;
      if (endsRun(error.code)) told.add(error);
      return true;
    },
  };
}

/**
 * Asks before anything else where there is but one destination: nothing need be read for a destination that takes
 * nothing. With several the others are worth the work, and the first delivery finds out.
 */
export async function findLost(destinations: readonly Destination[]): Promise<LostDestinations> {
  const lost = createLostDestinations();
  const [only] = destinations;
  if (only?.reach === undefined || destinations.length > 1) return lost;
  await only.reach().catch((error: unknown) => lost.note(only, toSyncError(error)));
  return lost;
}

/** Throws the error of the first when all of them are lost: nothing is worth reading for them. */
export function requireAny(destinations: readonly Destination[], lost: LostDestinations): void {
  const errors = destinations.map((destination) => lost.get(destination));
  const [first] = errors;
  if (first !== undefined && !errors.includes(undefined)) throw first;
}
