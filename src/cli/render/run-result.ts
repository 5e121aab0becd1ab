import type {
  ProviderOutcome,
  ProviderResult,
  RunResult,
  RunSummary,
} from '../../application/sync/results.ts';
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
  { title: 'PACKAGES', alignRight: true, movesBelow: 3 },
  { title: 'SIGNED BY', movesBelow: 1 },
];

/** Beside the others where the config names its destinations: then each has a row of its own. */
const DESTINATION: Column = { title: 'DESTINATION', narrowest: 8 };

const NOTHING = { steps: [], remarks: [], findings: [] };

const TONES: Readonly<Record<ProviderOutcome, Tone>> = {
  publish: 'good',
  complete: 'good',
  published: 'good',
  completed: 'good',
  'up-to-date': 'faint',
  held: 'strong',
  refused: 'bad',
  conflict: 'bad',
  failed: 'bad',
  stopped: 'faint',
};

const OUTCOMES_IN_WORDS: Readonly<Record<ProviderOutcome, string>> = {
  publish: 'to publish',
  complete: 'to complete',
  published: 'published',
  completed: 'completed',
  'up-to-date': 'up to date',
  held: 'held',
  refused: 'refused',
  conflict: 'in conflict',
  failed: 'failed',
  stopped: 'stopped',
};

/** How a plan or a sync is shown. */
export const RUN_RESULT: ResultRenderer<RunResult> = { whole: renderWhole, failures: renderFailures };

/** The table of a plan or a sync, what a person should know of single providers, and a summary. */
function renderWhole(result: RunResult, canvas: Canvas): string {
  const named = result.providers.some(({ destinations }) => destinations !== undefined);
  const columns = named ? COLUMNS.toSpliced(3, 0, DESTINATION) : COLUMNS;
  const rows = result.providers.flatMap((provider) => rowsOf(provider, named));
  const details = result.providers.flatMap((provider) => providerDetails(provider, canvas));
  const ending = [
    ...runEndingLines(runEndings(result.providers), canvas),
    ...stoppedLines(result.providers),
    summaryOf(result.summary),
  ];
  return [renderTable(columns, rows, canvas), ...details, '', ...ending].join('\n');
}

function rowsOf(provider: ProviderResult, named: boolean): readonly Cell[][] {
  const { address, requested, version, signedBy } = provider;
  const row = (name: string, each: Pick<ProviderResult, 'outcome' | 'platforms'>): Cell[] => [
    shortAddress(address),
    requested,
    version ?? '-',
    ...(named ? [name] : []),
    { text: OUTCOMES_IN_WORDS[each.outcome], tone: TONES[each.outcome] },
    packagesOf(each),
    signedBy ?? '-',
  ];
  return provider.destinations?.map((each) => row(each.name, each)) ?? [row('-', provider)];
}

/** Only what failed or conflicts; empty when nothing did. */
function renderFailures({ providers }: RunResult, canvas: Canvas): string {
  const details = providers.flatMap((provider) => {
    const { address, version } = provider;
    const errors = ownErrors(provider);
    const findings = provider.outcome === 'refused' ? admissionLines(provider) : [];
    const empty = errors.length === 0 && findings.length === 0;
    return empty ? [] : detailLines({ ...NOTHING, address, version, errors, findings }, canvas);
  });
  const stopped = stoppedLines(providers);
  return [...details, ...runEndingLines(runEndings(providers), canvas), ...stopped].join('\n');
}

/** "3", or "2 of 3" where not every package is where it should be. */
function packagesOf({ platforms, outcome }: Pick<ProviderResult, 'outcome' | 'platforms'>): string {
  const good = platforms.filter((platform) =>
    ['published', 'up-to-date', 'publish'].includes(platform.outcome),
  );
  return (outcome === 'failed' || outcome === 'stopped') && good.length < platforms.length
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
      ...(provider.outcome === 'refused'
        ? { findings: admissionLines(provider) }
        : { remarks: [...admissionLines(provider), ...provider.remarks] }),
      errors: ownErrors(provider),
    },
    canvas,
  );
}

const RECALL_ACTIONS = {
  'take-out': ['a sync takes it out of the index', 'taken out of the index'],
  delete: ['a sync deletes it', 'deleted'],
  none: ['a sync leaves it, because the recall does not say that it is to be deleted', ''],
} as const;

/** What was passed over and until when, and which recalled versions destinations have. */
function admissionLines({
  outcome,
  version,
  passedOver = [],
  recalled = [],
}: ProviderResult): readonly string[] {
  const taken = outcome === 'held' || outcome === 'refused' ? undefined : version;
  return [
    ...passedOver
      .slice(0, MOST_PASSED_OVER)
      .map(({ text }, index) => (index === 0 && taken !== undefined ? `${text}; ${taken} is taken` : text)),
    ...(passedOver.length > MOST_PASSED_OVER
      ? [`${passedOver.length - MOST_PASSED_OVER} older versions are passed over, too`]
      : []),
    ...recalled
      .filter((each) => each.error === undefined)
      .map(({ version: there, destination, reason, action, done }) => {
        const [will, did] = RECALL_ACTIONS[action];
        return `${there} is recalled, ${reason}; in ${destination}: ${done ? did : will}`;
      }),
  ];
}

const MOST_PASSED_OVER = 5;

function summaryOf({ total, outcomes, bytes, durationMs }: RunSummary): string {
  const parts = Object.entries(OUTCOMES_IN_WORDS).flatMap(([outcome, words]) => {
    const count = outcomes[outcome as ProviderOutcome];
    return count === undefined ? [] : [`${count} ${words}`];
  });
  const transferred = bytes === 0 ? '' : `, ${formatBytes(bytes)} transferred`;
  const counts = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return `${countOf(total, 'provider')}${counts}${transferred} in ${formatDuration(durationMs)}.`;
}
