import type { CleanupProviderResult, CleanupResult } from '../../application/cleanup/results.ts';
import type { ErrorReport } from '../../domain/errors.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { shortAddress } from './address.ts';
import { errorLines } from './details.ts';
import { countOf } from './quantities.ts';
import type { ResultRenderer } from './result-renderer.ts';
import { paint, type Tone } from './style.ts';
import { type Canvas, type Cell, type Column, renderTable } from './table.ts';
import { wrap } from './wrap.ts';

const COLUMNS: readonly Column[] = [
  { title: 'PROVIDER', narrowest: 12 },
  { title: 'VERSION', narrowest: 9 },
  { title: 'OUTCOME' },
  { title: 'WHY', narrowest: 24, movesBelow: 1 },
];

/** Beside the others where the config names its destinations. */
const DESTINATION: Column = { title: 'DESTINATION', narrowest: 8 };

/** How a cleanup, dry or not, is shown. */
export const CLEANUP_RESULT: ResultRenderer<CleanupResult> = { whole: renderWhole, failures: renderFailures };

/** Every version with its reason, what failed, and a summary. */
function renderWhole(result: CleanupResult, canvas: Canvas): string {
  const named = result.destinations !== undefined;
  const columns = named ? COLUMNS.toSpliced(1, 0, DESTINATION) : COLUMNS;
  const rows = result.providers.flatMap((provider) => rowsOf(provider, result.dryRun));
  const failures = renderFailures(result, canvas);
  const remarks = result.providers.flatMap(({ remark, ...about }) =>
    remark === undefined ? [] : [`${printable(nameOf(about))}: ${remark}`],
  );
  return [
    ...(rows.length === 0 ? [] : [renderTable(columns, rows, canvas), '']),
    ...(failures === '' ? [] : [failures, '']),
    ...remarks.flatMap((remark) => [...wrap(remark, Math.min(canvas.columns, 100)), '']),
    ...summaryOf(result).flatMap((line) => wrap(line, Math.min(canvas.columns, 100))),
  ].join('\n');
}

function rowsOf(result: CleanupProviderResult, dryRun: boolean): readonly Cell[][] {
  const { provider, destination, kept, toDelete, deleted, failed } = result;
  const row = (
    { version, detail }: { version: string; detail: string },
    text: string,
    tone: Tone,
  ): Cell[] => [
    shortAddress(provider),
    ...(destination === undefined ? [] : [destination]),
    version,
    { text, tone },
    detail,
  ];
  return [
    ...kept.map((each) => row(each, 'keep', 'faint')),
    ...deleted.map((each) => row(each, each.outcome, 'plain')),
    ...failed.map((each) => row(each, 'failed', 'bad')),
    ...toDelete.map((each) => (dryRun ? row(each, 'delete', 'bad') : row(each, 'stopped', 'faint'))),
  ];
}

/** "aws", or "aws at hcp" where there are several destinations. */
function nameOf({ provider, destination }: Pick<CleanupProviderResult, 'provider' | 'destination'>): string {
  const short = shortAddress(provider);
  return destination === undefined ? short : `${short} at ${destination}`;
}

/** Only what failed; empty when nothing did. */
function renderFailures({ providers, destinations, brake }: CleanupResult, canvas: Canvas): string {
  const unlisted = (destinations ?? []).flatMap(({ name, error }) =>
    error === undefined ? [] : [{ about: name, error }],
  );
  const failures = providers.flatMap(({ error, failed, ...about }) => [
    ...(error === undefined ? [] : [{ about: nameOf(about), error }]),
    ...failed.map((one) => ({ about: `${nameOf(about)} ${one.version}`, error: one.error })),
  ]);
  const braked = brake === undefined ? [] : [{ about: 'This cleanup would not run', error: brake }];
  return [...unlisted, ...failures, ...braked].map((failure) => renderFailure(failure, canvas)).join('\n\n');
}

function renderFailure({ about, error }: { about: string; error: ErrorReport }, canvas: Canvas): string {
  const lines = errorLines(error, Math.min(canvas.columns, 100), canvas.color);
  return [paint(printable(about), 'strong', canvas.color), ...lines].join('\n');
}

function summaryOf(result: CleanupResult): readonly string[] {
  const { dryRun, stopped, providersChecked, versionsDeleted, versionsToDelete } = result;
  const checked = `${countOf(providersChecked, 'provider')} checked`;
  if (dryRun) return [`${checked}, ${countOf(versionsToDelete, 'version')} to delete. Nothing was changed.`];
  const deleted = `${checked}, ${countOf(versionsDeleted, 'version')} deleted.`;
  if (!stopped) return [deleted];
  const left = countOf(versionsToDelete, 'version');
  return [`Stopped with ${left} not come to. The same command goes on from there.`, deleted];
}
