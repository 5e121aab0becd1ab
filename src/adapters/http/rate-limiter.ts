export interface RateLimiter {
  /** Resolves when the caller may go; callers go in the order they came. */
  take(signal: AbortSignal | undefined): Promise<void>;
}

/**
 * A token bucket whose size and refill together never let more than `perSecond` callers go within any second:
 * a sixth of them may go at once, the rest are spread.
 */
export function createRateLimiter(options: {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}): RateLimiter {
  const { perSecond, now, sleep } = options;
  const burst = Math.max(1, Math.floor(perSecond / 6));
  const interval = 1000 / Math.max(perSecond - burst, perSecond / 2);
  // The moment at which the bucket is full again: one number says the same as a count and its time.
  let fullAt = Number.NEGATIVE_INFINITY;
  return {
    take: async (signal) => {
      const start = now();
      const free = Math.max(fullAt, start);
      fullAt = free + interval;
      const wait = free - (burst - 1) * interval - start;
      if (wait > 0) await sleep(wait, signal);
    },
  };
}
