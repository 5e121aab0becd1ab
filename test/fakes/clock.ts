import type { Clock } from '../../src/ports/clock.ts';

/** A clock that always shows the same moment; its monotonic side goes on by a millisecond a reading. */
export function fixedClock(date: Date): Clock {
  let elapsed = 0;
  return { now: () => new Date(date), monotonic: () => (elapsed += 1) };
}
