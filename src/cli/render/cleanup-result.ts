import type { CleanupProviderResult, CleanupResult } from '../../application/cleanup-old-versions.ts';
import type { ErrorReport } from '../../domain/errors.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { errorLines } from './details.ts';
import { countOf } from './quantities.ts';
import type { ResultRenderer } from './result-renderer.ts';
import { paint } from './style.ts';
import { type Canvas, type Cell, type Column, renderTable } from './table.ts';
import { wrap } from './wrap.ts';

const COLUMNS: readonly Column[] = [
  { title: 'PROVIDER', narrowest: 12 },
  { title: 'VERSION', narrowest: 9 },
  { title: 'OUTCOME' },
  { title: 'WHY', narrowest: 24 },
];

/** How a cleanup, dry or not, is shown. */
export const CLEANUP_RESULT: ResultRenderer<CleanupResult> = { whole: renderWhole, failures: renderFailures };

/** Every version with its reason, what failed, and a summary. */
function renderWhole(result: CleanupResult, canvas: Canvas): string {
  const rows = result.providers.flatMap(rowsOf);
  const failures = renderFailures(result, canvas);
  const remarks = result.providers.flatMap(({ provider, remark }) =>
    remark === undefined ? [] : [`${printable(provider)}: ${remark}`],
  );
  return [
    ...(rows.length === 0 ? [] : [renderTable(COLUMNS, rows, canvas), '']),
    ...(failures === '' ? [] : [failures, '']),
    ...remarks.flatMap((remark) => [...wrap(remark, Math.min(canvas.columns, 100)), '']),
    summaryOf(result),
  ].join('\n');
}

function rowsOf({ provider, kept, toDelete, deleted, failed }: CleanupProviderResult): readonly Cell[][] {
  return [
    ...kept.map(({ version, detail }): Cell[] => [
      provider,
      version,
      { text: 'keep', tone: 'faint' },
      detail,
    ]),
    ...toDelete.map(({ version, detail }): Cell[] => [
      provider,
      version,
      { text: 'delete', tone: 'bad' },
      detail,
    ]),
    ...deleted.map(({ version, detail, outcome }): Cell[] => [provider, version, outcome, detail]),
    ...failed.map(({ version, detail }): Cell[] => [
      provider,
      version,
      { text: 'failed', tone: 'bad' },
      detail,
    ]),
  ];
}

/** Only what failed; empty when nothing did. */
function renderFailures({ providers, brake }: CleanupResult, canvas: Canvas): string {
  const failures = providers.flatMap(({ provider, error, failed }) => [
    ...(error === undefined ? [] : [{ about: provider, error }]),
    ...failed.map((one) => ({ about: `${provider} ${one.version}`, error: one.error })),
  ]);
  if (brake !== undefined) failures.push({ about: 'This cleanup would not run', error: brake });
  return failures.map((failure) => renderFailure(failure, canvas)).join('\n\n');
}

function renderFailure({ about, error }: { about: string; error: ErrorReport }, canvas: Canvas): string {
  const lines = errorLines(error, Math.min(canvas.columns, 100), canvas.color);
  return [paint(printable(about), 'strong', canvas.color), ...lines].join('\n');
}

function summaryOf({ dryRun, providersChecked, versionsDeleted, versionsToDelete }: CleanupResult): string {
  const checked = `${countOf(providersChecked, 'provider')} checked`;
  return dryRun
    ? `${checked}, ${countOf(versionsToDelete, 'version')} to delete. Nothing was changed.`
    : `${checked}, ${countOf(versionsDeleted, 'version')} deleted.`;
}
