import type { BottleReport, BottlesResult } from '../../application/bottles/results.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { countOf, formatBytes } from './quantities.ts';
import type { ResultRenderer } from './result-renderer.ts';
import { paint } from './style.ts';
import { type Canvas, type Cell, type Column, renderTable } from './table.ts';
import { wrapParagraph } from './wrap.ts';

const COLUMNS: readonly Column[] = [
  { title: 'FORMULA', narrowest: 11 },
  { title: 'VERSION', narrowest: 8 },
  { title: 'BOTTLES', narrowest: 13 },
  { title: 'SIZE', alignRight: true },
  { title: 'OUTCOME', narrowest: 10 },
];

/** Prose is easier to read in lines of this length. */
const MOST_COLUMNS = 100;

export const BOTTLES_RESULT: ResultRenderer<BottlesResult> = { whole: renderWhole, failures: renderFailures };

function renderWhole(result: BottlesResult, canvas: Canvas): string {
  const width = Math.min(canvas.columns, MOST_COLUMNS);
  const groups = Map.groupBy(result.bottles, ({ name, ref }) => `${name} ${ref}`);
  const rows = [...groups.values()].map(rowOf);
  const failures = renderFailures(result, canvas);
  const allowed = result.missing.filter((each) => each.allowed);
  return [
    ...(rows.length === 0 ? [] : [renderTable(COLUMNS, rows, canvas)]),
    ...result.remarks.flatMap((remark) => ['', ...wrapParagraph(`Note: ${printable(remark)}`, width)]),
    ...allowed.flatMap(({ formula, reason }) => [
      '',
      ...wrapParagraph(`Without ${formula}, as allowed: ${printable(reason)}`, width),
    ]),
    ...(failures === '' ? [] : ['', failures]),
    '',
    ...wrapParagraph(summaryOf(result), width),
  ].join('\n');
}

function rowOf(bottles: readonly BottleReport[]): readonly Cell[] {
  const [first] = bottles;
  const sizes = bottles.map(({ size }) => size);
  const size = sizes.every((each) => each !== null)
    ? formatBytes(sizes.reduce((sum, each) => sum + each, 0))
    : '';
  const tags = bottles.map(({ tag }) => tag).join(', ');
  return [first?.name ?? '', first?.ref ?? '', tags, size, outcomeOf(bottles)];
}

function outcomeOf(bottles: readonly BottleReport[]): Cell {
  const counts = (['failed', 'to-fetch', 'fetched', 'present'] as const).map((outcome) => ({
    outcome,
    count: bottles.filter((each) => each.outcome === outcome).length,
  }));
  const present = counts.filter(({ count }) => count > 0);
  const text = present
    .map(({ outcome, count }) => (present.length === 1 ? outcome : `${count} ${outcome}`))
    .join(', ');
  const tone = bottles.some(({ outcome }) => outcome === 'failed')
    ? 'bad'
    : present[0]?.outcome === 'present'
      ? 'faint'
      : 'good';
  return { text, tone };
}

/** What keeps clients from seeing the API of today; empty when nothing does. */
function renderFailures({ missing, problems }: BottlesResult, canvas: Canvas): string {
  const width = Math.min(canvas.columns, MOST_COLUMNS);
  return missing
    .filter(({ allowed }) => !allowed)
    .map(({ formula, reason }) => {
      const problem = problems.find((each) => each.formula === formula);
      const lines = [
        problem === undefined ? reason : `${problem.place}: ${problem.message}. ${problem.fix ?? ''}`.trim(),
      ];
      return [
        paint(printable(formula), 'strong', canvas.color),
        ...lines
          .flatMap((line) => wrapParagraph(printable(line), width, 2))
          .map((line) => paint(line, 'bad', canvas.color)),
      ].join('\n');
    })
    .join('\n\n');
}

function summaryOf({ outcome, summary, current, snapshot, destination, missing }: BottlesResult): string {
  const bottles = countOf(summary.bottles, 'bottle');
  const passed =
    summary.fetched === 0
      ? 'none had to be fetched'
      : `${summary.fetched} fetched (${formatBytes(summary.bytes)})`;
  const shown = current === null ? 'Clients see nothing yet' : `Clients see ${current}`;
  switch (outcome) {
    case 'planned':
      return `${bottles}, ${summary.toFetch} to fetch to ${destination}. Nothing was changed.`;
    case 'published':
      return `${bottles}, ${passed}. Clients of ${destination} see snapshot ${current} now.`;
    case 'up-to-date':
      return `${bottles}, ${passed}. Nothing new: clients of ${destination} see snapshot ${current}.`;
    case 'held':
      return `${bottles}, ${passed}. Snapshot ${snapshot} is ready, and held back by its age or a rollback. ${shown}.`;
    case 'incomplete': {
      const without = missing.filter(({ allowed }) => !allowed).length;
      return `${bottles}, ${passed}; ${countOf(without, 'formula').replace('formulas', 'formulae')} incomplete. ${shown}, as before.`;
    }
    default:
      return outcome satisfies never;
  }
}
