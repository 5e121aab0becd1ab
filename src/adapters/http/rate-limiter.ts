import { setTimeout as timer } from 'node:timers/promises';

export interface RateLimiter {
  /** Resolves when the caller may go; callers go in the order they came. */
  take(signal: AbortSignal | undefined): Promise<void>;
}

/** More than a second, because requests may draw nearer to each other on the way. */
const WINDOW_MS = 1100;

/** Never lets more than `perSecond` callers go within any second; as many as that may go at once. */
export function createRateLimiter(options: {
  readonly perSecond: number;
  /** Monotonic, in milliseconds. Default: since the process began. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}): RateLimiter {
  const { perSecond, now = () => performance.now(), sleep = sleepUnlessAborted } = options;
  /** When the latest callers went or will go, oldest first; never more than `perSecond` of them. */
  const departures: number[] = [];
  return {
    take: async (signal) => {
      const start = now();
      const oldest = departures.length < perSecond ? undefined : departures.shift();
      const departure = oldest === undefined ? start : Math.max(start, oldest + WINDOW_MS);
      departures.push(departure);
      if (departure > start) await sleep(departure - start, signal);
    },
  };
}

/** A timer; rejects when the signal is aborted. */
export async function sleepUnlessAborted(
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await timer(milliseconds, undefined, signal ? { signal } : {});
}
