import { MultiBar, type SingleBar } from 'cli-progress';
import type { ProgressSignal } from '../../domain/events/progress-signal.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import type { Output } from '../io.ts';
import { paint } from '../render/style.ts';
import { type BarPayload, formatBar } from './bar.ts';
import { describeEvent, describeSignal, type EventLine, packageOf } from './describe-event.ts';
import type { ProgressDisplay } from './progress-display.ts';
import { createStopwatches, type Stopwatches } from './stopwatches.ts';
import { createTally } from './tally.ts';

const MOST_COLUMNS = 120;
const CLEAR_TO_LINE_END = '\u001B[K';

/** What a terminal that does not say is taken to have. */
const USUAL_ROWS = 24;

/**
 * A bar for each package under way, with its rate, as far as the terminal has rows, and a line about all of them;
 * what is done scrolls away above as lines. The bars go at once
 * when `signal` aborts: what is then said to the person would move them.
 */
export function createBarDisplay(
  output: Output,
  monotonic: () => number,
  signal?: AbortSignal,
): ProgressDisplay {
  const stopwatches = createStopwatches(monotonic);
  const tally = createTally(monotonic);
  const bars = createBars(output);
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
    format: (_options, params, payload: BarPayload | OverallPayload) =>
      'overall' in payload
        ? formatOverall(tally.describe(), bars.hidden(), columns)
        : formatBar({ ...payload, done: params.value }, columns),
  });
  bars.drawOn(multiBar);
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
      tally.count(progress);
      write(describeSignal(progress));
      if (!signal?.aborted) updateBars(progress, bars, stopwatches);
    },
    flush: async () => {},
    [Symbol.dispose]() {
      signal?.removeEventListener('abort', clear);
      clear();
    },
  };
}

/** The packages under way: as many as there is room for have a bar, in the order in which they began. */
interface Bars {
  drawOn(multiBar: MultiBar): void;
  start(name: string): void;
  update(name: string, payload: BarPayload & { readonly done: number }): void;
  end(name: string): void;
  /** Packages under way that have no bar. */
  hidden(): number;
}

interface OverallPayload {
  readonly overall: true;
}

function createBars(output: Output): Bars {
  const underway = new Map<string, BarPayload & { readonly done: number }>();
  const shown = new Map<string, SingleBar>();
  let multiBar: MultiBar | undefined;
  let overall: SingleBar | undefined;
  const fill = (): void => {
    if (multiBar === undefined) return;
    overall ??= multiBar.create(1, 0, { overall: true } satisfies OverallPayload);
    // The line about all of them, and the row the cursor stands in.
    const room = Math.max(1, rowsOf(output) - 2);
    for (const [name, { done, ...payload }] of underway) {
      if (shown.size >= room) break;
      if (!shown.has(name)) shown.set(name, multiBar.create(0, done, payload));
    }
  };
  return {
    drawOn: (target) => {
      multiBar = target;
    },
    start: (name) => {
      underway.set(name, { name, size: undefined, elapsed: 0, done: 0 });
      fill();
    },
    update: (name, state) => {
      if (!underway.has(name)) return;
      underway.set(name, state);
      const { done, ...payload } = state;
      shown.get(name)?.update(done, payload);
    },
    end: (name) => {
      underway.delete(name);
      const bar = shown.get(name);
      shown.delete(name);
      if (bar !== undefined) multiBar?.remove(bar);
      fill();
    },
    hidden: () => underway.size - shown.size,
  };
}

/** As the terminal is now: it may be resized while a run goes on. */
function rowsOf({ stream }: Output): number {
  return 'rows' in stream && typeof stream.rows === 'number' && stream.rows > 0 ? stream.rows : USUAL_ROWS;
}

function updateBars(progress: ProgressSignal, bars: Bars, stopwatches: Stopwatches): void {
  if (!('platform' in progress) && !('bottle' in progress)) return;
  const name = 'bottle' in progress ? progress.bottle : packageOf(progress);
  switch (progress.kind) {
    case 'BottleTransferStarted':
    case 'PackageTransferStarted':
      stopwatches.start(name);
      return bars.start(name);
    case 'BottleTransferProgressed':
    case 'PackageTransferProgressed': {
      const { bytes: done, size } = progress;
      return bars.update(name, { name, done, size, elapsed: stopwatches.elapsed(name) ?? 0 });
    }
    case 'BottleTransferEnded':
    case 'PackageTransferEnded':
      stopwatches.stop(name);
      return bars.end(name);
    case 'PackageTransferRestarted':
      return;
  }
}

function formatOverall(text: string | undefined, hidden: number, columns: number): string {
  const more = hidden === 0 ? '' : ` (${hidden} more under way)`;
  return `${text ?? ''}${more}`.slice(0, columns);
}
