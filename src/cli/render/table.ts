import Table from 'cli-table3';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { paint, type Tone } from './style.ts';
import { wrap } from './wrap.ts';

export interface Column {
  readonly title: string;
  /** The fewest characters the column may be narrowed to; a column without it is never narrowed. */
  readonly narrowest?: number;
  readonly alignRight?: boolean;
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
 * A table without rules, and without a heading when no column has a title. Where it is wider than the canvas, the columns that may be narrowed are, and their
 * cells go on below; text is never cut off.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  canvas: Canvas,
): string {
  const widths = fitWidths(columns, rows, canvas.columns);
  const table = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map((column) => (column.alignRight ? 'right' : 'left')),
    head: columns.every(({ title }) => title === '')
      ? []
      : columns.map(({ title }) => paint(title, 'strong', canvas.color)),
  });
  for (const row of rows) {
    table.push(
      row.map((cell, index) => {
        const { text, tone } = typeof cell === 'string' ? { text: cell, tone: 'plain' as const } : cell;
        const lines = wrap(printable(text), widths[index] ?? Number.POSITIVE_INFINITY);
        return lines.map((line) => paint(line, tone, canvas.color)).join('\n');
      }),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
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
  return widths;
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
