import type { ProviderSummary } from './describe-provider.ts';
import type { Happenings } from './form/happenings.ts';
import type { Plots } from './form/plots.ts';
import { CATALOGUE_FORMAT, type Made } from './form/pointer.ts';
import type { ProviderDetail } from './form/provider.ts';

export interface PlotsParts {
  readonly made: Made;
  readonly now: Date;
  readonly happenings: Pick<Happenings, 'runs'>;
  readonly providers: readonly { readonly summary: ProviderSummary; readonly detail: ProviderDetail }[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Half a year of holds, the newest so many: a plot has only so many pixels. */
const HOLDS_FOR = 183 * DAY;
const MOST_HOLDS = 1000;

export function plotsOf({ made, now, happenings, providers }: PlotsParts): Plots {
  const summaries = providers.map(({ summary }) => summary);
  return {
    format: CATALOGUE_FORMAT,
    made,
    behind: summaries
      .flatMap(({ address, behind, behindSince }) =>
        behind === null ? [] : [{ address, versions: behind, days: daysSince(behindSince, now) }],
      )
      .toSorted((a, b) => b.versions - a.versions || (a.address < b.address ? -1 : 1)),
    bytes: summaries
      .flatMap(({ address, bytes }) => (bytes === null ? [] : [{ address, bytes }]))
      .toSorted((a, b) => b.bytes - a.bytes || (a.address < b.address ? -1 : 1)),
    runs: happenings.runs
      .map(({ at, durationMs, bytes, ok }) => ({ at, durationMs, bytes, ok }))
      .toReversed(),
    holds: providers
      .flatMap(({ detail }) => holdsOf(detail, now))
      .filter(({ since }) => Date.parse(since) > now.getTime() - HOLDS_FOR)
      .toSorted((a, b) => (a.since < b.since ? -1 : 1))
      .slice(-MOST_HOLDS),
  };
}

/** Versions that had to wait: those that still do, and those that a rule of the policy let in later. */
function holdsOf({ address, versions }: ProviderDetail, now: Date): Plots['holds'] {
  return versions.flatMap(({ version, times, hold, admission }): Plots['holds'] => {
    const since = hold?.since ?? times.seen;
    if (since === null) return [];
    const hours = (until: number) => Math.round(Math.max(0, until - Date.parse(since)) / HOUR);
    if (hold !== null) return [{ address, version, since, hours: hours(now.getTime()), open: true }];
    const waited = admission !== null && ['old-enough', 'approved'].includes(admission.rule);
    return waited ? [{ address, version, since, hours: hours(Date.parse(admission.at)), open: false }] : [];
  });
}

function daysSince(time: string | null, now: Date): number | null {
  return time === null ? null : Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / DAY));
}
