import type { CliIo } from '../io.ts';
import { jsonDocument } from '../json-output.ts';
import { createBarDisplay } from './bars.ts';
import { createLineDisplay } from './lines.ts';
import type { ProgressDisplay } from './progress-display.ts';

/**
 * Bars on a terminal until `signal` aborts, lines elsewhere, nothing when quiet; with `jsonLines` each event as a
 * document on a line of stdout, as it happens, and nothing on stderr.
 */
export function createProgressDisplay(
  io: CliIo,
  options: { readonly quiet: boolean; readonly jsonLines?: boolean },
  signal?: AbortSignal,
): ProgressDisplay {
  if (options.jsonLines === true) return createEventLines(io);
  if (options.quiet)
    return { append: () => {}, flush: async () => {}, signal: () => {}, [Symbol.dispose]: () => {} };
  return io.stderr.isTerminal ? createBarDisplay(io.stderr, io.monotonic, signal) : createLineDisplay(io);
}

function createEventLines({ stdout, monotonic }: CliIo): ProgressDisplay {
  const start = monotonic();
  return {
    append: (event) => {
      const elapsedMs = Math.round(monotonic() - start);
      stdout.write(jsonDocument({ type: 'event', elapsedMs, event }, true));
    },
    flush: async () => {},
    signal: () => {},
    [Symbol.dispose]: () => {},
  };
}
