import { describe, expect, it } from 'vitest';
import { retryAfterMs, waitInWords } from '../../../src/adapters/http/retry-after.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('the wait a server asks for', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:07 GMT' }, 7000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
    // By the server's own clock, whatever ours says.
    [{ date: 'Mon, 02 Mar 2026 09:00:00 GMT', 'retry-after': 'Mon, 02 Mar 2026 09:00:05 GMT' }, 5000],
    [{ date: 'Mon, 02 Mar 2026 09:00:00 GMT', 'x-ratelimit-reset': '1772442002' }, 2000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'x-ratelimit-reset': '0.367' }, 367],
    [{ 'x-ratelimit-reset': '2' }, 2000],
    [{ 'x-ratelimit-reset': String(NOW / 1000 + 4) }, 4000],
    [{ 'x-ratelimit-reset': 'never' }, undefined],
    [{ 'retry-after': '1', 'x-ratelimit-reset': '2.5' }, 2500],
    [{ 'retry-after': '9', 'x-ratelimit-reset': '2.5' }, 9000],
    [{ 'retry-after': 'soon', 'x-ratelimit-reset': '2.5' }, 2500],
  ])('%j is %s ms', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers), NOW)).toBe(expected);
  });
});

describe('a wait in words', () => {
  it.each([
    [400, '1 second'],
    [90_000, '90 seconds'],
    [300_000, '5 minutes'],
    [86_400_000, '24 hours'],
    [250_000_000, '3 days'],
  ])('%i ms is %s', (milliseconds, words) => {
    expect(waitInWords(milliseconds)).toBe(words);
  });
});
