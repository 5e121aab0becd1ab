import type { Clock } from '../../src/ports/clock.ts';

/** A clock that always shows the same moment. */
export function fixedClock(date: Date): Clock {
  return { now: () => new Date(date) };
}
