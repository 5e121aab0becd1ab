import type { LockedProvider, LockResult } from '../../application/lock/lock-providers.ts';
import { shortAddress } from './address.ts';
import { detailLines } from './details.ts';
import { ownErrors, stoppedLines } from './provider-errors.ts';
import { countOf } from './quantities.ts';
import type { ResultRenderer } from './result-renderer.ts';
import type { Tone } from './style.ts';
import { type Canvas, type Column, renderTable } from './table.ts';

/** What `lock` tells: the result, and what became of the file. */
type LockReport = Omit<LockResult, 'text'> & { readonly file: string; readonly written: boolean };

const COLUMNS: readonly Column[] = [
  { title: 'PROVIDER', narrowest: 16 },
  { title: 'VERSION', narrowest: 9 },
  { title: 'OUTCOME' },
  { title: 'PLATFORMS', narrowest: 12 },
  { title: 'FROM', narrowest: 8, movesBelow: 1 },
];

const TONES: Readonly<Record<LockedProvider['outcome'], Tone>> = {
  locked: 'good',
  'up-to-date': 'faint',
  failed: 'bad',
  stopped: 'faint',
};

/** How a lock is shown. */
export const LOCK_REPORT: ResultRenderer<LockReport> = {
  whole(result, canvas) {
    const { providers, file, written } = result;
    const rows = providers.map(({ address, version, outcome, platforms, sources }) => [
      shortAddress(address),
      version ?? '-',
      { text: outcome, tone: TONES[outcome] },
      platforms.join(', ') || '-',
      sources.join(', ') || '-',
    ]);
    const table = providers.length === 0 ? [] : [renderTable(COLUMNS, rows, canvas)];
    const details = providers.flatMap((provider) => linesOf(provider, canvas));
    const counts = countOf(providers.length, 'provider');
    const end = written ? `${file}: written, with ${counts}.` : `${file}: nothing to change for ${counts}.`;
    return [
      ...table,
      ...details,
      ...(providers.length === 0 ? [] : ['']),
      ...stoppedLines(providers),
      end,
    ].join('\n');
  },
  failures: ({ providers }, canvas) =>
    [
      ...providers
        .filter(({ error }) => error !== undefined)
        .flatMap((provider) => linesOf({ ...provider, remarks: [] }, canvas)),
      ...stoppedLines(providers),
    ].join('\n'),
};

function linesOf({ address, version, remarks, error }: LockedProvider, canvas: Canvas): readonly string[] {
  const errors = ownErrors(error === undefined ? {} : { error });
  return detailLines({ address, version, remarks, errors, steps: [], findings: [] }, canvas);
}
