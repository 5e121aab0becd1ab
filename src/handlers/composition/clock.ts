import type { Clock } from '../../ports/clock.ts';

/** The function's own; apart from all that reaches registries, which not every function has in its bundle. */
export const systemClock: Clock = { now: () => new Date(), monotonic: () => performance.now() };
