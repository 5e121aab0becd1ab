import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs } from '../../src/domain/back-off.ts';

const TERMS = { baseDelayMs: 500, maxDelayMs: 30_000 };

describe('the pause before a repetition', () => {
  it.each([
    [1, 500],
    [2, 1000],
    [6, 16_000],
    [7, 30_000],
    [2000, 30_000],
  ])('%i in a row is at most %i ms', (count, most) => {
    expect(backOffMs(count, TERMS, () => 1)).toBe(most);
    expect(backOffMs(count, TERMS, () => 0)).toBe(0);
  });

  it('is spread evenly below its longest, at the cap too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, at) => {
          const longest = backOffMs(count, TERMS, () => 1);
          expect(backOffMs(count, TERMS, () => at)).toBeCloseTo(at * longest);
        },
      ),
    );
  });
});
