export interface Clock {
  /** The time of day, which may be set back. */
  now(): Date;
  /** Milliseconds since some fixed moment: for durations. */
  monotonic(): number;
}
