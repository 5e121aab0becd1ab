import Table from 'cli-table3';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { paint, type Tone } from './style.ts';
import { wrap, wrapParagraph } from './wrap.ts';

export interface Column {
  readonly title: string;
  /** The fewest characters the column may be narrowed to; a column without it is never narrowed. */
  readonly narrowest?: number;
  readonly alignRight?: boolean;
  /**
   * Where the table is too wide all the same: the place, from 1, in the order in which columns leave it. What stands
   * in them then follows below each row, behind its title.
   */
  readonly movesBelow?: number;
}

export type Cell = string | { readonly text: string; readonly tone: Tone };

export interface Canvas {
  readonly columns: number;
  readonly color: boolean;
}

const GAP = '  ';
const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: GAP,
};

/**
 * A table without rules, and without a heading when no column has a title. Where it is wider than the canvas, the
 * columns that may be narrowed are, and their cells go on below; where that is not enough, columns move below their
 * rows. Text is never cut off.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  canvas: Canvas,
): string {
  const shown = fittingColumns(columns, rows, canvas.columns);
  const pick = <T>(all: readonly T[]): readonly T[] => shown.map((index) => all[index] as T);
  const widths = fitWidths(pick(columns), rows.map(pick), canvas.columns);
  const lines = (cells: readonly Cell[]): string =>
    trimmed(renderRow(pick(columns), pick(cells), widths, canvas.color));
  const head = columns.every(({ title }) => title === '')
    ? []
    : [lines(columns.map(({ title }) => ({ text: title, tone: 'strong' })))];
  const body = rows.flatMap((row) => [lines(row), ...linesBelow(columns, row, shown, canvas)]);
  return [...head, ...body].join('\n');
}

function renderRow(
  columns: readonly Column[],
  cells: readonly Cell[],
  widths: readonly number[],
  color: boolean,
): string {
  const table = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map((column) => (column.alignRight ? 'right' : 'left')),
    // An empty column would have no width of its own.
    colWidths: widths.map((width) => Math.max(width, 1)),
  });
  table.push(
    cells.map((cell, index) => {
      const { text, tone } = typeof cell === 'string' ? { text: cell, tone: 'plain' as const } : cell;
      const wrapped = wrap(printable(text), widths[index] ?? Number.POSITIVE_INFINITY);
      return wrapped.map((line) => paint(line, tone, color)).join('\n');
    }),
  );
  return table.toString();
}

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The places of the columns that the canvas has room for, at their narrowest. */
function fittingColumns(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  available: number,
): readonly number[] {
  const narrowest = columns.map(({ title, narrowest: least }, index) => {
    const widest = Math.max(title.length, ...rows.map((row) => textOf(row[index] ?? '').length));
    return least === undefined ? widest : Math.min(widest, Math.max(least, title.length));
  });
  const leaving = columns
    .flatMap(({ movesBelow }, index) => (movesBelow === undefined ? [] : [{ index, movesBelow }]))
    .sort((a, b) => a.movesBelow - b.movesBelow);
  let shown = columns.map((_, index) => index);
  const width = () =>
    shown.reduce((sum, index) => sum + (narrowest[index] ?? 0), GAP.length * (shown.length - 1));
  for (const { index } of leaving) {
    if (width() <= available) break;
    shown = shown.filter((each) => each !== index);
  }
  return shown;
}

function linesBelow(
  columns: readonly Column[],
  row: readonly Cell[],
  shown: readonly number[],
  canvas: Canvas,
): readonly string[] {
  const parts = columns.flatMap(({ title }, index) => {
    const text = textOf(row[index] ?? '');
    return shown.includes(index) || text === '' || text === '-' ? [] : [`${title.toLowerCase()} ${text}`];
  });
  if (parts.length === 0) return [];
  return wrapParagraph(parts.join(', '), canvas.columns, 4).map((line) => paint(line, 'faint', canvas.color));
}

/** Takes what is too wide from the widest column that can still give, one character at a time. */
function fitWidths(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  available: number,
): readonly number[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => textOf(row[index] ?? '').length)),
  );
  const gaps = GAP.length * (columns.length - 1);
  let excess = widths.reduce((sum, width) => sum + width, gaps) - available;
  while (excess > 0) {
    const giving = widest(columns, widths);
    if (giving === undefined) break;
    widths[giving] = (widths[giving] ?? 0) - 1;
    excess -= 1;
  }
  // Text that breaks at a word's end may need less than it has room for.
  return columns.map(({ title }, index) => {
    const width = widths[index] ?? 0;
    const lines = rows.flatMap((row) => wrap(printable(textOf(row[index] ?? '')), width));
    return Math.max(title.length, ...lines.map((line) => line.length));
  });
}

function widest(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let found: number | undefined;
  columns.forEach(({ title, narrowest }, index) => {
    const width = widths[index] ?? 0;
    if (narrowest === undefined || width <= Math.max(narrowest, title.length)) return;
    if (found === undefined || width > (widths[found] ?? 0)) found = index;
  });
  return found;
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}
