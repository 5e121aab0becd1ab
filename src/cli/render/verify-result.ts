import type { VerifyProviderResult, VerifyResult } from '../../application/verify/results.ts';
import { shortAddress } from './address.ts';
import { detailLines } from './details.ts';
import { countOf, formatBytes, formatDuration } from './quantities.ts';
import type { ResultRenderer } from './result-renderer.ts';
import type { Tone } from './style.ts';
import { type Canvas, type Column, renderTable } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'PROVIDER', narrowest: 16 },
  { title: 'REQUESTED', narrowest: 10 },
  { title: 'VERSION', narrowest: 9 },
  { title: 'OUTCOME' },
  { title: 'PLATFORMS', alignRight: true },
  { title: 'SIGNED BY' },
];

const TONES: Readonly<Record<VerifyProviderResult['outcome'], Tone>> = {
  verified: 'good',
  differs: 'bad',
  failed: 'bad',
};

/** How a verify is shown. */
export const VERIFY_RESULT: ResultRenderer<VerifyResult> = { whole: renderWhole, failures: renderFailures };

/** The table of a verify, every difference, and a summary. */
function renderWhole(result: VerifyResult, canvas: Canvas): string {
  const rows = result.providers.map((provider) => [
    shortAddress(provider.address),
    provider.requested,
    provider.version ?? '-',
    { text: provider.outcome, tone: TONES[provider.outcome] },
    `${provider.platforms.length}`,
    provider.signedBy ?? '-',
  ]);
  const details = result.providers.flatMap((provider) => detailLines(detailsOf(provider), canvas));
  return [renderTable(COLUMNS, rows, canvas), ...details, '', summaryOf(result.summary)].join('\n');
}

/** Only what differs or failed; empty when nothing does. */
function renderFailures({ providers }: VerifyResult, canvas: Canvas): string {
  return providers
    .flatMap((provider) => detailLines({ ...detailsOf(provider), remarks: [] }, canvas))
    .join('\n');
}

function detailsOf(provider: VerifyProviderResult) {
  const findings = provider.differences.map(({ platform, message }) =>
    platform === undefined ? message : `${platform}: ${message}`,
  );
  return { ...provider, steps: [], findings, error: provider.error };
}

function summaryOf({
  total,
  verified,
  differing,
  failed,
  bytes,
  durationMs,
}: VerifyResult['summary']): string {
  const parts = [`${verified} verified`];
  if (differing > 0) parts.push(`${differing} ${differing === 1 ? 'differs' : 'differ'}`);
  if (failed > 0) parts.push(`${failed} failed`);
  const read = bytes === 0 ? '' : `, ${formatBytes(bytes)} of stored packages read`;
  return `${countOf(total, 'provider')}: ${parts.join(', ')}${read} in ${formatDuration(durationMs)}.`;
}
