import type { CliIo } from '../io.ts';
import { formatBytes, formatRate } from '../render/quantities.ts';

/** How far a long reading or writing is, on stderr. Disposing leaves the terminal as it was. */
export interface ByteCounter extends Disposable {
  count(bytes: number, total: number | undefined): void;
}

const REDRAW_MS = 200;
/** Between lines in a log. */
const LINE_MS = 10_000;
const CLEAR_LINE = '\r\u001B[K';

/** `what`: "Reading the bundle". One line that changes on a terminal, a line now and then elsewhere. */
export function createByteCounter(
  { stderr, monotonic }: Pick<CliIo, 'stderr' | 'monotonic'>,
  { quiet }: { readonly quiet: boolean },
  what: string,
): ByteCounter {
  const start = monotonic();
  let last = start;
  let drawn = false;
  return {
    count(bytes, total) {
      const now = monotonic();
      if (quiet || now - last < (stderr.isTerminal ? REDRAW_MS : LINE_MS)) return;
      last = now;
      const of = total === undefined ? '' : ` of ${formatBytes(total)}`;
      const text = `${what}: ${formatBytes(bytes)}${of}, ${formatRate(bytes, now - start)}`;
      drawn = stderr.isTerminal;
      stderr.write(stderr.isTerminal ? `${CLEAR_LINE}${text.slice(0, stderr.columns - 1)}` : `${text}\n`);
    },
    [Symbol.dispose]() {
      if (drawn) stderr.write(CLEAR_LINE);
    },
  };
}
