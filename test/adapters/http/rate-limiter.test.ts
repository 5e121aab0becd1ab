import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../../src/adapters/http/rate-limiter.ts';

/** When each of the callers that come at `arrivals` (ms) may go. */
function departures(perSecond: number, arrivals: readonly number[]): number[] {
  let now = 0;
  let waited = 0;
  const limiter = createRateLimiter({
    perSecond,
    now: () => now,
    sleep: async (milliseconds) => {
      waited = milliseconds;
    },
  });
  return arrivals.map((arrival) => {
    now = arrival;
    waited = 0;
    void limiter.take(undefined);
    return arrival + waited;
  });
}

describe('the rate limiter', () => {
  it('lets nobody wait who comes rarely', () => {
    expect(departures(30, [0, 100, 200, 300])).toEqual([0, 100, 200, 300]);
  });

  it('lets as many as the limit go at once, and the next ones evenly from a little more than a second later', () => {
    const times = departures(30, Array(61).fill(0));
    expect(times.slice(0, 30)).toEqual(Array(30).fill(0));
    expect(times[30]).toBe(1050);
    const steps = times.slice(31).map((time, index) => time - (times[30 + index] as number));
    for (const step of steps) expect(step).toBeCloseTo(1050 / 30);
  });

  it('takes no more than a twentieth longer than the limit allows', () => {
    const last = departures(30, Array(1800).fill(0)).at(-1) ?? 0;
    expect(last / (1800 / 30)).toBeLessThanOrEqual(1050);
  });

  it('never lets more than the limit go within any second, keeps the order, and lets everyone go', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), gaps, (perSecond, gaps) => {
        let at = 0;
        const times = departures(
          perSecond,
          gaps.map((gap) => (at += gap)),
        );
        const sorted = [...times].sort((a, b) => a - b);
        const overASecond = times.slice(perSecond).map((time, index) => time - (times[index] as number));
        expect(times).toEqual(sorted);
        expect(Math.min(...overASecond, 1001)).toBeGreaterThan(1000);
      }),
    );
  });

  it('throws when the wait is interrupted', async () => {
    const limiter = createRateLimiter({
      perSecond: 1,
      now: () => 0,
      sleep: async (_, signal) => signal?.throwIfAborted(),
    });
    await limiter.take(undefined);
    await expect(limiter.take(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});
