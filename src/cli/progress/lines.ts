import { printable } from '../../domain/integrity/untrusted-text.ts';
import type { CliIo } from '../io.ts';
import { formatDuration } from '../render/quantities.ts';
import { paint } from '../render/style.ts';
import { describeEvent, describeSignal, type EventLine, packageOf } from './describe-event.ts';
import type { ProgressDisplay } from './progress-display.ts';
import { createStopwatches } from './stopwatches.ts';
import { createTally } from './tally.ts';

/** Where a log is silent for this long, CI systems and people take the run for hung. */
const HEARTBEAT_MS = 10_000;

/** A plain line for each thing that happened, and one every ten seconds in any case: for logs and pipes. */
export function createLineDisplay({
  stderr,
  monotonic,
  every,
}: Pick<CliIo, 'stderr' | 'monotonic' | 'every'>): ProgressDisplay {
  const stopwatches = createStopwatches(monotonic);
  const tally = createTally(monotonic);
  const start = monotonic();
  const write = (line: EventLine | undefined): void => {
    if (line !== undefined) stderr.write(`${paint(printable(line.text), line.tone, stderr.color)}\n`);
  };
  const stopBeating = every(HEARTBEAT_MS, () => {
    const since = formatDuration(monotonic() - start);
    write({ text: `${tally.describe() ?? 'still reading'} (running for ${since})`, tone: 'faint' });
  });
  return {
    append(event) {
      const elapsed =
        event.kind === 'PackageTransferFinished' ? stopwatches.elapsed(packageOf(event)) : undefined;
      write(describeEvent(event, elapsed));
    },
    signal(signal) {
      tally.count(signal);
      if (signal.kind === 'PackageTransferStarted') stopwatches.start(packageOf(signal));
      write(describeSignal(signal));
    },
    flush: async () => {},
    [Symbol.dispose]: stopBeating,
  };
}
