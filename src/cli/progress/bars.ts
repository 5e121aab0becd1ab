import { MultiBar, type SingleBar } from 'cli-progress';
import type { ProgressSignal } from '../../domain/events/progress-signal.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import type { Output } from '../io.ts';
import { formatBytes, formatRate } from '../render/quantities.ts';
import { paint } from '../render/style.ts';
import { describeEvent, describeSignal, type EventLine, packageOf } from './describe-event.ts';
import type { ProgressDisplay } from './display.ts';
import { createStopwatches, type Stopwatches } from './stopwatches.ts';

const MOST_COLUMNS = 120;
const LABEL_COLUMNS = 38;
const CLEAR_TO_LINE_END = '\u001B[K';

/**
 * A bar for each package under way, with its rate; what is done scrolls away above as lines. The bars go at once
 * when `signal` aborts: what is then said to the person would move them.
 */
export function createBarDisplay(
  output: Output,
  monotonic: () => number,
  signal?: AbortSignal,
): ProgressDisplay {
  const stopwatches = createStopwatches(monotonic);
  const bars = new Map<string, SingleBar>();
  const columns = Math.min(output.columns, MOST_COLUMNS) - 1;
  const multiBar = new MultiBar({
    stream: output.stream,
    clearOnComplete: true,
    // Left as they are, so that a process that is ended at once leaves nothing to repair.
    hideCursor: null,
    linewrap: null,
    gracefulExit: false,
    // Lines above shift the bars, so that an unchanged bar must be drawn again too.
    forceRedraw: true,
    format: (_options, params, payload: BarPayload) => formatBar({ ...payload, done: params.value }, columns),
  });
  const clear = (): void => {
    if (!multiBar.isActive) return;
    // Stopping drops lines not yet shown.
    multiBar.update();
    multiBar.stop();
  };
  signal?.addEventListener('abort', clear, { once: true });
  const write = (line: EventLine | undefined): void => {
    if (line === undefined) return;
    const text = paint(printable(line.text), line.tone, output.color);
    // The line is written over a bar's, whose rest must go.
    if (multiBar.isActive) multiBar.log(`${text}${CLEAR_TO_LINE_END}\n`);
    else output.write(`${text}\n`);
  };
  return {
    append(event) {
      const elapsed =
        event.kind === 'PackageTransferFinished' ? stopwatches.elapsed(packageOf(event)) : undefined;
      write(describeEvent(event, elapsed));
    },
    signal(progress) {
      write(describeSignal(progress));
      if (!signal?.aborted) updateBars(progress, multiBar, bars, stopwatches);
    },
    flush: async () => {},
    [Symbol.dispose]() {
      signal?.removeEventListener('abort', clear);
      clear();
    },
  };
}

function updateBars(
  progress: ProgressSignal,
  multiBar: MultiBar,
  bars: Map<string, SingleBar>,
  stopwatches: Stopwatches,
): void {
  if (!('platform' in progress)) return;
  const name = packageOf(progress);
  const bar = bars.get(name);
  switch (progress.kind) {
    case 'PackageTransferStarted':
      stopwatches.start(name);
      bars.set(name, multiBar.create(0, 0, { name, size: undefined, elapsed: 0 } satisfies BarPayload));
      return;
    case 'PackageTransferProgressed':
      bar?.update(progress.bytes, { size: progress.size, elapsed: stopwatches.elapsed(name) ?? 0 });
      return;
    case 'PackageTransferEnded':
      stopwatches.stop(name);
      bars.delete(name);
      if (bar !== undefined) multiBar.remove(bar);
      return;
    case 'PackageTransferRestarted':
      return;
  }
}

export interface BarPayload {
  readonly name: string;
  /** Undefined while the server has not said. */
  readonly size: number | undefined;
  /** Milliseconds. */
  readonly elapsed: number;
}

/** "hashicorp/aws 5.100.0 linux_amd64  ━━━━━╌╌╌╌  62%  45.2 MB  8.1 MB/s" in exactly at most `columns`. */
export function formatBar(bar: BarPayload & { readonly done: number }, columns: number): string {
  const { name, done, size, elapsed } = bar;
  const labelColumns = Math.min(LABEL_COLUMNS, Math.max(12, columns - 30));
  const label = name.length > labelColumns ? `…${name.slice(1 - labelColumns)}` : name.padEnd(labelColumns);
  const percent = size === undefined || size === 0 ? '' : `${Math.floor((done / size) * 100)}%`;
  const numbers = `${percent.padStart(4)} ${formatBytes(done).padStart(9)} ${formatRate(done, elapsed).padStart(11)}`;
  const room = columns - label.length - numbers.length - 3;
  if (room < 4) return `${label} ${numbers}`.slice(0, columns);
  const filled = size === undefined || size === 0 ? 0 : Math.min(room, Math.round((done / size) * room));
  return `${label}  ${'━'.repeat(filled)}${'╌'.repeat(room - filled)} ${numbers}`;
}
