/**
 * Milliseconds until the server wants to be called again: `Retry-After` as seconds or as a date (RFC 9110,
 * 10.2.3), or `X-RateLimit-Reset` as seconds, with fractions (HCP Terraform's API rate limiting), or as a Unix
 * time (others). The longer wait counts; undefined when there is none that can be read.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const waits = [
    readRetryAfter(headers.get('retry-after'), now),
    readReset(headers.get('x-ratelimit-reset'), now),
  ];
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : Math.max(0, ...known);
}

function readRetryAfter(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const seconds = readSeconds(text);
  if (seconds !== undefined) return seconds * 1000;
  // Date.parse alone makes a date of "-5" too; every form of an HTTP date begins with the day's name.
  const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date - now;
}

const OLDEST_UNIX_TIME = 1_000_000_000;

function readReset(text: string | null, now: number): number | undefined {
  const seconds = text === null ? undefined : readSeconds(text);
  if (seconds === undefined) return undefined;
  return seconds >= OLDEST_UNIX_TIME ? seconds * 1000 - now : seconds * 1000;
}

function readSeconds(text: string): number | undefined {
  return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
