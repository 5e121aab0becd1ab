import type { EventLog } from '../../ports/event-log.ts';
import type { Progress } from '../../ports/progress.ts';
import type { CliIo } from '../io.ts';
import { createBarDisplay } from './bars.ts';
import { createLineDisplay } from './lines.ts';

/** Progress on stderr while a run goes on. `close` leaves the terminal as it was. */
export interface ProgressDisplay extends EventLog, Progress, Disposable {}

/** Bars on a terminal until `signal` aborts, lines elsewhere, nothing when quiet. */
export function createProgressDisplay(
  io: CliIo,
  options: { readonly quiet: boolean },
  signal?: AbortSignal,
): ProgressDisplay {
  if (options.quiet)
    return { append: () => {}, flush: async () => {}, signal: () => {}, [Symbol.dispose]: () => {} };
  return io.stderr.isTerminal
    ? createBarDisplay(io.stderr, io.monotonic, signal)
    : createLineDisplay(io.stderr, io.monotonic);
}
