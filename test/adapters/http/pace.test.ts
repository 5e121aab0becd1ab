import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PaceWatch, watchPace } from '../../../src/adapters/http/pace.ts';

describe('the pace of a body', () => {
  let broken: number;
  let watch: PaceWatch;
  beforeEach(() => {
    vi.useFakeTimers();
    broken = 0;
    watch = watchPace({ leastBytesPerSecond: 1000, slowMs: 60_000 }, () => {
      broken += 1;
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** `bytes` every `everyMs`, for a time. */
  const passing = (bytes: number, everyMs: number, forMs: number) => {
    for (let spent = 0; spent < forMs; spent += everyMs) {
      vi.advanceTimersByTime(everyMs);
      watch.moved(bytes);
    }
  };

  it.each([
    ['a byte every five seconds', 1, 5000, true],
    ['just below the least rate', 999, 1000, true],
    ['well above it', 2000, 1000, false],
    ['in bursts that make up for silence', 65_000, 59_000, false],
  ])('%s is broken off: %j bytes in %i ms: %s', (_, bytes, everyMs, slow) => {
    watch.waiting();
    passing(bytes, everyMs, 600_000);
    expect(broken).toBe(slow ? 1 : 0);
    watch.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is broken off after a minute, not before', () => {
    watch.waiting();
    vi.advanceTimersByTime(59_999);
    expect(broken).toBe(0);
    vi.advanceTimersByTime(1);
    expect(broken).toBe(1);
  });

  it('does not count the time in which something else is waited for', () => {
    for (let round = 0; round < 10; round += 1) {
      watch.waiting();
      vi.advanceTimersByTime(5000);
      watch.resting();
      vi.advanceTimersByTime(600_000);
    }
    expect(broken).toBe(0);
    watch.waiting();
    vi.advanceTimersByTime(10_000);
    expect(broken).toBe(1);
  });

  it('counts what a peer takes that lets each single chunk wait a little less', () => {
    for (let chunk = 0; chunk < 7; chunk += 1) {
      watch.waiting();
      vi.advanceTimersByTime(50_000);
      watch.resting();
      watch.moved(16_384);
    }
    expect(broken).toBe(1);
  });
});
