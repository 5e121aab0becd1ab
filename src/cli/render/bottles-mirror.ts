import type { BottleCleanupResult } from '../../application/bottles/cleanup.ts';
import type { SnapshotsResult } from '../../application/bottles/snapshots.ts';
import type { VerifyBottlesResult } from '../../application/bottles/verify.ts';
import { countOf, formatBytes } from './quantities.ts';
import type { ResultRenderer } from './result-renderer.ts';
import { type Canvas, type Column, renderTable } from './table.ts';
import { wrapParagraph } from './wrap.ts';

/** Prose is easier to read in lines of this length. */
const MOST_COLUMNS = 100;

const prose = (text: string, { columns }: Canvas): string =>
  wrapParagraph(text, Math.min(columns, MOST_COLUMNS)).join('\n');

const SNAPSHOT_COLUMNS: readonly Column[] = [
  { title: 'SNAPSHOT' },
  { title: 'MADE AT', movesBelow: 1 },
  { title: 'BOTTLES', alignRight: true },
  { title: 'SIZE', alignRight: true },
  { title: '', narrowest: 12 },
];

/** The snapshots of a mirror of bottles, and which of them clients see. */
export function renderSnapshots({ snapshots, destination }: SnapshotsResult, canvas: Canvas): string {
  if (snapshots.length === 0) return prose(`${destination} has no snapshots yet.`, canvas);
  const rows = snapshots.map(({ name, createdAt, bottles, bytes, current, missing }) => [
    name,
    createdAt.slice(0, 16).replace('T', ' '),
    String(bottles),
    formatBytes(bytes),
    {
      text: [
        ...(current ? ['current'] : []),
        ...(missing.length > 0 ? [`without ${missing.join(', ')}`] : []),
      ].join(', '),
      tone: current ? ('good' as const) : ('plain' as const),
    },
  ]);
  const summary = prose(`${countOf(snapshots.length, 'snapshot')} at ${destination}.`, canvas);
  return `${renderTable(SNAPSHOT_COLUMNS, rows, canvas)}\n\n${summary}`;
}

/** What a cleanup of a mirror of bottles deleted, or would. */
export const BOTTLES_CLEANED: ResultRenderer<BottleCleanupResult> = {
  whole: (result, canvas) => {
    const { keptSnapshots, deletedSnapshots, files, bytes, dryRun, destination } = result;
    const verb = dryRun ? 'would be deleted' : 'deleted';
    const bottles = files.filter((file) => file.includes('/blobs/')).length;
    const failures = cleanupFailures(result, canvas);
    const summary =
      `${countOf(keptSnapshots.length, 'snapshot')} kept at ${destination}; ${countOf(deletedSnapshots.length, 'snapshot')} and ` +
      `${countOf(bottles, 'bottle')} ${verb} (${countOf(files.length, 'file')}, ${formatBytes(bytes)}).${dryRun ? ' Nothing was changed.' : ''}`;
    return [
      ...deletedSnapshots.map((name) => `snapshot ${name}: ${verb}`),
      ...(failures === '' ? [] : [failures]),
      prose(summary, canvas),
    ].join('\n');
  },
  failures: cleanupFailures,
};

function cleanupFailures({ brake, failed }: BottleCleanupResult, canvas: Canvas): string {
  return [
    ...(brake === undefined ? [] : [`This cleanup would not run: ${brake.message}`]),
    ...failed.map(({ file, error }) => `${file}: ${error.message}`),
  ]
    .map((line) => prose(line, canvas))
    .join('\n');
}

const FINDING_COLUMNS: readonly Column[] = [
  { title: 'SNAPSHOT' },
  { title: 'FILE', narrowest: 20 },
  { title: 'FINDING', narrowest: 20 },
];

/** What a verification of a mirror of bottles found. */
export const BOTTLES_VERIFIED: ResultRenderer<VerifyBottlesResult> = {
  whole: (result, canvas) => {
    const found = findingsOf(result);
    const checked = result.snapshots.map(
      ({ snapshot, bottles, current }) =>
        `${snapshot}${current ? ' (current)' : ''}: ${countOf(bottles, 'bottle')}`,
    );
    const verdict =
      found.length === 0 ? 'All is as it was published.' : `${countOf(found.length, 'finding')}.`;
    return [
      ...(found.length === 0 ? [] : [renderFindings(result, canvas), '']),
      prose(`${checked.join(', ')} at ${result.destination}. ${verdict}`, canvas),
    ].join('\n');
  },
  failures: renderFindings,
};

function renderFindings(result: VerifyBottlesResult, canvas: Canvas): string {
  const rows = findingsOf(result).map(({ snapshot, subject, problem }) => [
    snapshot,
    subject,
    { text: problem, tone: 'bad' as const },
  ]);
  return rows.length === 0 ? '' : renderTable(FINDING_COLUMNS, rows, canvas);
}

function findingsOf({ snapshots }: VerifyBottlesResult) {
  return snapshots.flatMap(({ snapshot, findings }) => findings.map((finding) => ({ snapshot, ...finding })));
}
