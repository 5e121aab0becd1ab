import type { VerifyProviderResult, VerifyResult } from '../../application/verify/results.ts';
import { shortAddress } from './address.ts';
import { detailLines } from './details.ts';
import { ownErrors, runEndingLines, runEndings, stoppedLines } from './provider-errors.ts';
import { countOf, formatBytes, formatDuration } from './quantities.ts';
import type { ResultRenderer } from './result-renderer.ts';
import type { Tone } from './style.ts';
import { type Canvas, type Cell, type Column, renderTable } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'PROVIDER', narrowest: 16 },
  { title: 'REQUESTED', narrowest: 10, movesBelow: 2 },
  { title: 'VERSION', narrowest: 9 },
  { title: 'OUTCOME' },
  { title: 'PLATFORMS', alignRight: true, movesBelow: 3 },
  { title: 'SIGNED BY', movesBelow: 1 },
];

const TONES: Readonly<Record<VerifyProviderResult['outcome'], Tone>> = {
  verified: 'good',
  differs: 'bad',
  failed: 'bad',
  held: 'strong',
  refused: 'bad',
  stopped: 'faint',
};

/** Beside the others where the config names its destinations: then each has a row of its own. */
const DESTINATION: Column = { title: 'DESTINATION', narrowest: 8 };

/** How a verify is shown. */
export const VERIFY_RESULT: ResultRenderer<VerifyResult> = { whole: renderWhole, failures: renderFailures };

/** The table of a verify, every difference, and a summary. */
function renderWhole(result: VerifyResult, canvas: Canvas): string {
  const named = result.providers.some(({ destinations }) => destinations !== undefined);
  const columns = named ? COLUMNS.toSpliced(3, 0, DESTINATION) : COLUMNS;
  const rows = result.providers.flatMap((provider) => rowsOf(provider, named));
  const details = result.providers.flatMap((provider) => detailLines(detailsOf(provider), canvas));
  const ending = [...runEndingLines(runEndings(result.providers), canvas), ...stoppedLines(result.providers)];
  return [renderTable(columns, rows, canvas), ...details, '', ...ending, summaryOf(result.summary)].join(
    '\n',
  );
}

function rowsOf(provider: VerifyProviderResult, named: boolean): readonly Cell[][] {
  const { address, requested, version, signedBy } = provider;
  const row = (name: string, each: Pick<VerifyProviderResult, 'outcome' | 'platforms'>): Cell[] => [
    shortAddress(address),
    requested,
    version ?? '-',
    ...(named ? [name] : []),
    { text: each.outcome, tone: TONES[each.outcome] },
    `${each.platforms.length}`,
    signedBy ?? '-',
  ];
  return provider.destinations?.map((each) => row(each.name, each)) ?? [row('-', provider)];
}

/** Only what differs or failed; empty when nothing does. */
function renderFailures({ providers }: VerifyResult, canvas: Canvas): string {
  const details = providers.flatMap((provider) =>
    detailLines({ ...detailsOf(provider), remarks: [] }, canvas),
  );
  return [...details, ...runEndingLines(runEndings(providers), canvas)].join('\n');
}

function detailsOf(provider: VerifyProviderResult) {
  const findings = provider.differences.map(({ destination, platform, message }) =>
    [destination, platform, message].filter((part) => part !== undefined).join(': '),
  );
  const over = (provider.passedOver ?? []).slice(0, 5).map(({ text }) => text);
  return {
    ...provider,
    steps: [],
    findings: provider.outcome === 'refused' ? [...findings, ...over] : findings,
    remarks: provider.outcome === 'refused' ? provider.remarks : [...over, ...provider.remarks],
    errors: ownErrors(provider),
  };
}

function summaryOf({
  total,
  verified,
  differing,
  failed,
  held = 0,
  refused = 0,
  stopped,
  bytes,
  durationMs,
}: VerifyResult['summary']): string {
  const parts = [`${verified} verified`];
  if (differing > 0) parts.push(`${differing} ${differing === 1 ? 'differs' : 'differ'}`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (held > 0) parts.push(`${held} held`);
  if (refused > 0) parts.push(`${refused} refused`);
  if (stopped > 0) parts.push(`${stopped} stopped`);
  const read = bytes === 0 ? '' : `, ${formatBytes(bytes)} of stored packages read`;
  return `${countOf(total, 'provider')}: ${parts.join(', ')}${read} in ${formatDuration(durationMs)}.`;
}
