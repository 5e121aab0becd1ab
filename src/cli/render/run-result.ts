import type {
  ProviderOutcome,
  ProviderResult,
  RunResult,
  RunSummary,
} from '../../application/sync/results.ts';
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
  { title: 'PACKAGES', alignRight: true },
  { title: 'SIGNED BY' },
];

const NOTHING = { steps: [], remarks: [], findings: [] };

const TONES: Readonly<Record<ProviderOutcome, Tone>> = {
  publish: 'good',
  complete: 'good',
  published: 'good',
  completed: 'good',
  'up-to-date': 'faint',
  conflict: 'bad',
  failed: 'bad',
};

const OUTCOMES_IN_WORDS: Readonly<Record<ProviderOutcome, string>> = {
  publish: 'to publish',
  complete: 'to complete',
  published: 'published',
  completed: 'completed',
  'up-to-date': 'up to date',
  conflict: 'in conflict',
  failed: 'failed',
};

/** How a plan or a sync is shown. */
export const RUN_RESULT: ResultRenderer<RunResult> = { whole: renderWhole, failures: renderFailures };

/** The table of a plan or a sync, what a person should know of single providers, and a summary. */
function renderWhole(result: RunResult, canvas: Canvas): string {
  const rows = result.providers.map((provider) => [
    shortAddress(provider.address),
    provider.requested,
    provider.version ?? '-',
    { text: provider.outcome, tone: TONES[provider.outcome] },
    packagesOf(provider),
    provider.signedBy ?? '-',
  ]);
  const details = result.providers.flatMap((provider) => providerDetails(provider, canvas));
  const ending = [...interruptionLines(result.providers), summaryOf(result.summary)];
  return [renderTable(COLUMNS, rows, canvas), ...details, '', ...ending].join('\n');
}

/** Only what failed or conflicts; empty when nothing did. */
function renderFailures({ providers }: RunResult, canvas: Canvas): string {
  return providers
    .flatMap(({ address, version, error }) =>
      error === undefined ? [] : detailLines({ ...NOTHING, address, version, error }, canvas),
    )
    .join('\n');
}

/** "3", or "2 of 3" where not every package is where it should be. */
function packagesOf({ platforms, outcome }: ProviderResult): string {
  const good = platforms.filter((platform) =>
    ['published', 'up-to-date', 'publish'].includes(platform.outcome),
  );
  return outcome === 'failed' && good.length < platforms.length
    ? `${good.length} of ${platforms.length}`
    : `${platforms.length}`;
}

function providerDetails(provider: ProviderResult, canvas: Canvas): readonly string[] {
  const planned = provider.outcome === 'publish' || provider.outcome === 'complete';
  return detailLines(
    {
      ...NOTHING,
      ...provider,
      steps: planned ? provider.steps : [],
      error: isInterrupted(provider) ? undefined : provider.error,
    },
    canvas,
  );
}

function isInterrupted({ error }: ProviderResult): boolean {
  return error?.code === 'Interrupted';
}

/** Said once, because it is the same for every provider that was under way. */
function interruptionLines(providers: readonly ProviderResult[]): readonly string[] {
  const stopped = providers.filter(isInterrupted).length;
  if (stopped === 0) return [];
  return [`Stopped with ${countOf(stopped, 'provider')} not done. The same command goes on from there.`];
}

function summaryOf({ total, outcomes, bytes, durationMs }: RunSummary): string {
  const parts = Object.entries(OUTCOMES_IN_WORDS).flatMap(([outcome, words]) => {
    const count = outcomes[outcome as ProviderOutcome];
    return count === undefined ? [] : [`${count} ${words}`];
  });
  const transferred = bytes === 0 ? '' : `, ${formatBytes(bytes)} transferred`;
  const counts = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return `${countOf(total, 'provider')}${counts}${transferred} in ${formatDuration(durationMs)}.`;
}
