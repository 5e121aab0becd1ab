const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `26 Nov 2026`, in UTC as everything here; a dash for what is not known or no date. */
export function day(iso: string | undefined | null): string {
  const date = dateOf(iso);
  return date === undefined ? '–' : DAY_FORMAT.format(date);
}

/** `26 Nov 2026, 14:05 UTC`. */
export function moment(iso: string | undefined | null): string {
  const date = dateOf(iso);
  return date === undefined ? '–' : `${DAY_FORMAT.format(date)}, ${TIME_FORMAT.format(date)} UTC`;
}

/** How far `iso` lies before (`5 days ago`) or after (`in 3 hours`) `now`; an empty text for no date. */
export function relative(iso: string | undefined | null, now: Date): string {
  const date = dateOf(iso);
  if (date === undefined) return '';
  const distance = date.getTime() - now.getTime();
  if (Math.abs(distance) < MINUTE) return 'just now';
  const span = coarseSpan(Math.abs(distance));
  return distance < 0 ? `${span} ago` : `in ${span}`;
}

/** One unit, rounded down: `40 minutes`, `3 hours`, `12 days`, `7 months`, `2 years`. Takes milliseconds. */
function coarseSpan(milliseconds: number): string {
  const units = [
    [365.25 * DAY, 'year'],
    [30.44 * DAY, 'month'],
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
  ] as const;
  // A coarse unit begins at two of it: "1 month" tells less than "45 days".
  for (const [size, unit] of units) {
    if (milliseconds >= (size < DAY ? size : 2 * size)) return count(Math.floor(milliseconds / size), unit);
  }
  return 'under a minute';
}

/** How long a run took: `0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`. Takes milliseconds. */
export function duration(milliseconds: number): string {
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `0 B`, `812 B`, `1.2 kB`, `84 MB`, `3.1 GB`: powers of ten, as disks and bills are counted. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let [size, unit] = [value, 0];
  while (size >= 999.5 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  const digits = unit > 0 && size < 9.95 ? 1 : 0;
  return `${size.toFixed(digits)} ${units[unit]}`;
}

/** `1 version`, `2 versions`, `1,234 versions`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export function number(value: number): string {
  return value.toLocaleString('en-GB');
}

/** A digest for the eye: its first and last characters. The whole one is what is copied. */
export function shortDigest(digest: string): string {
  return digest.length <= 20 ? digest : `${digest.slice(0, 10)}…${digest.slice(-6)}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

const DAY_FORMAT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
const TIME_FORMAT = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

function dateOf(iso: string | undefined | null): Date | undefined {
  if (iso === undefined || iso === null) return undefined;
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
