import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOf, formatBytes, formatDuration, formatRate } from '../../../src/cli/render/quantities.ts';

describe('a size', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [1234, '1.2 kB'],
    [999_949, '999.9 kB'],
    [999_960, '1 MB'],
    [45_200_000, '45.2 MB'],
    [4 * 1024 ** 3, '4.3 GB'],
    [2e12, '2 TB'],
    [5e15, '5,000 TB'],
  ])('of %d bytes is written %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('is never written with four digits before its unit, up to the largest unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999e12 }), (bytes) => {
        expect(formatBytes(bytes)).toMatch(/^\d{1,3}(\.\d)? (bytes?|kB|MB|GB|TB)$/);
      }),
    );
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [3240, '3.2 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_600, '1 h 0 min'],
    [3_780_000, '1 h 3 min'],
  ])('of %d milliseconds is written %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('a rate', () => {
  it.each([
    [8_100_000, 1000, '8.1 MB/s'],
    [500, 250, '2 kB/s'],
    [500, 0, ''],
  ])('of %d bytes in %d milliseconds is written "%s"', (bytes, milliseconds, text) => {
    expect(formatRate(bytes, milliseconds)).toBe(text);
  });
});

describe('a count', () => {
  it.each([
    [0, '0 providers'],
    [1, '1 provider'],
    [2, '2 providers'],
  ])('of %d is written "%s"', (count, text) => {
    expect(countOf(count, 'provider')).toBe(text);
  });
});
