export interface BackOff {
  /** The longest that the first pause can be, in milliseconds; it doubles with each that follows. */
  readonly baseDelayMs: number;
  /** The longest that any can be. */
  readonly maxDelayMs: number;
}

/**
 * Milliseconds to wait before the `count`-th repetition in a row, counted from 1: exponential, with full jitter, so
 * that those who failed together do not come back together. `random` gives numbers in [0, 1).
 */
export function backOffMs(count: number, terms: BackOff, random: () => number): number {
  return random() * Math.min(terms.maxDelayMs, terms.baseDelayMs * 2 ** (count - 1));
}
