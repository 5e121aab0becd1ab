import { printable } from '../../domain/integrity/untrusted-text.ts';
import type { Output } from '../io.ts';
import { paint } from '../render/style.ts';
import { describeEvent, describeSignal, type EventLine, packageOf } from './describe-event.ts';
import type { ProgressDisplay } from './display.ts';
import { createStopwatches } from './stopwatches.ts';

/** A plain line for each thing that happened: for logs and pipes. */
export function createLineDisplay(output: Output, monotonic: () => number): ProgressDisplay {
  const stopwatches = createStopwatches(monotonic);
  const write = (line: EventLine | undefined): void => {
    if (line !== undefined) output.write(`${paint(printable(line.text), line.tone, output.color)}\n`);
  };
  return {
    append(event) {
      const elapsed =
        event.kind === 'PackageTransferFinished' ? stopwatches.elapsed(packageOf(event)) : undefined;
      write(describeEvent(event, elapsed));
    },
    signal(signal) {
      if (signal.kind === 'PackageTransferStarted') stopwatches.start(packageOf(signal));
      write(describeSignal(signal));
    },
    flush: async () => {},
    [Symbol.dispose]: () => {},
  };
}
