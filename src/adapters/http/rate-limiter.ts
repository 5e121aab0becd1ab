import { setTimeout as timer } from 'node:timers/promises';

export interface RateLimiter {
  /** Resolves when the caller may go; callers go in the order they came. */
  take(signal: AbortSignal | undefined): Promise<void>;
}

/** More than a second, because requests may draw nearer to each other on the way. */
const WINDOW_MS = 1050;

/**
 * Never lets more than `perSecond` callers go within any second. As many as that may go at once; those who have to
 * wait go one by one from then on, evenly: a whole crowd that is a little early is refused, and of a row hardly one.
 *
 * Written here: it has to be told the time, to wait by a signal and to let those who wait go one by one, which is
 * less than the wrapping of a library would be.
 */
export function createRateLimiter(options: {
  readonly perSecond: number;
  /** Monotonic, in milliseconds. Default: since the process began. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}): RateLimiter {
  const { perSecond, now = () => performance.now(), sleep = sleepUnlessAborted } = options;
  const step = WINDOW_MS / perSecond;
  /** When the latest callers went or will go, oldest first; never more than `perSecond` of them. */
  const departures: number[] = [];
  return {
    take: async (signal) => {
      const start = now();
      const oldest = departures.length < perSecond ? undefined : departures.shift();
      const free = oldest === undefined ? start : oldest + WINDOW_MS;
      const departure = free <= start ? start : Math.max(free, (departures.at(-1) ?? 0) + step);
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
