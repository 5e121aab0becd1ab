/**
 * Milliseconds until the server wants to be called again: `Retry-After` as seconds or as a date (RFC 9110,
 * 10.2.3), or `X-RateLimit-Reset` as seconds, with fractions (HCP Terraform's API rate limiting), or as a Unix
 * time (others). The longer wait counts; undefined when there is none that can be read. `now` is this machine's
 * time in milliseconds since 1970; a date is measured from the answer's own `Date` where it has one, so that a
 * clock that is wrong here does not count.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const sent = readDate(headers.get('date')) ?? now;
  const waits = [
    readRetryAfter(headers.get('retry-after'), sent),
    readReset(headers.get('x-ratelimit-reset'), sent),
  ];
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : Math.max(0, ...known);
}

/** `90 seconds`, `5 minutes`, `26 hours`, `3 days`: rounded up to what a person plans with. */
export function waitInWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const [count, unit] =
    seconds < 120
      ? [seconds, 'second']
      : seconds < 7200
        ? [Math.ceil(seconds / 60), 'minute']
        : seconds < 172_800
          ? [Math.ceil(seconds / 3600), 'hour']
          : [Math.ceil(seconds / 86_400), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function readRetryAfter(text: string | null, sent: number): number | undefined {
  if (text === null) return undefined;
  const seconds = readSeconds(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = readDate(text);
  return date === undefined ? undefined : date - sent;
}

function readDate(text: string | null): number | undefined {
  // Date.parse alone makes a date of "-5" too; every form of an HTTP date begins with the day's name.
  const date = text !== null && /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

const OLDEST_UNIX_TIME = 1_000_000_000;

function readReset(text: string | null, sent: number): number | undefined {
  const seconds = text === null ? undefined : readSeconds(text);
  if (seconds === undefined) return undefined;
  return seconds >= OLDEST_UNIX_TIME ? seconds * 1000 - sent : seconds * 1000;
}

function readSeconds(text: string): number | undefined {
  return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
