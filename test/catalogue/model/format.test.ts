import { describe, expect, it } from 'vitest';
import {
  bytes,
  count,
  day,
  duration,
  list,
  moment,
  relative,
  shortDigest,
} from '../../../src/catalogue/model/format.ts';

const NOW = new Date('2026-11-20T12:00:00Z');

describe('dates, in UTC', () => {
  it.each([
    ['2026-11-20T23:59:59.000Z', '20 Nov 2026', '20 Nov 2026, 23:59 UTC'],
    ['2026-11-20T23:59:59-05:00', '21 Nov 2026', '21 Nov 2026, 04:59 UTC'],
    ['not a date', '–', '–'],
    [null, '–', '–'],
    [undefined, '–', '–'],
  ])('%s is %s', (iso, date, exact) => {
    expect(day(iso)).toBe(date);
    expect(moment(iso)).toBe(exact);
  });

  it.each([
    ['2026-11-20T12:00:30Z', 'just now'],
    ['2026-11-20T11:20:00Z', '40 minutes ago'],
    ['2026-11-20T10:59:00Z', '1 hour ago'],
    ['2026-11-18T13:00:00Z', '47 hours ago'],
    ['2026-11-18T11:00:00Z', '2 days ago'],
    ['2026-10-10T12:00:00Z', '41 days ago'],
    ['2026-06-01T12:00:00Z', '5 months ago'],
    ['2023-11-01T12:00:00Z', '3 years ago'],
    ['2026-11-25T12:00:00Z', 'in 5 days'],
    ['never', ''],
    [null, ''],
  ])('%s is %s', (iso, words) => {
    expect(relative(iso, NOW)).toBe(words);
  });
});

describe('figures', () => {
  it.each([
    [0, '0.0 s'],
    [840, '0.8 s'],
    [9960, '10 s'],
    [42_000, '42 s'],
    [59_600, '1 min'],
    [185_000, '3 min 5 s'],
    [7_200_000, '2 h'],
    [7_800_000, '2 h 10 min'],
  ])('%s ms are %s', (milliseconds, words) => {
    expect(duration(milliseconds)).toBe(words);
  });

  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [999, '999 B'],
    [999.6, '1.0 kB'],
    [1234, '1.2 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [84_400_000, '84 MB'],
    [999_600_000, '1.0 GB'],
    [5.2e18, '5200 PB'],
  ])('%s bytes are %s', (value, words) => {
    expect(bytes(value)).toBe(words);
  });

  it.each([
    [0, '0 versions'],
    [1, '1 version'],
    [1234, '1,234 versions'],
  ])('%s in words', (value, words) => {
    expect(count(value, 'version')).toBe(words);
  });

  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('%j is listed', (words, text) => {
    expect(list(words)).toBe(text);
  });

  it('shortens a digest so that both ends can be compared', () => {
    expect(shortDigest('0123456789abcdef0123456789abcdef')).toBe('0123456789…abcdef');
    expect(shortDigest('0123')).toBe('0123');
  });
});
