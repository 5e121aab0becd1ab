import type { VersionDetail } from '../../domain/catalogue/form/provider.ts';

/** What happens to a version on its way here, in order: the lanes of the time line, from the top. */
export const STEPS = ['published', 'seen', 'admitted', 'delivered'] as const;
export type Step = (typeof STEPS)[number];

export const STEP_NAMES: Readonly<Record<Step, string>> = {
  published: 'Published upstream',
  seen: 'First seen',
  admitted: 'Let in',
  delivered: 'Delivered',
};

interface TimelineMark {
  readonly step: Step;
  /** 0 at the left end of the line, 1 at its right. */
  readonly at: number;
  readonly iso: string;
}

export interface TimelineVersion {
  readonly version: string;
  /** In the order of the steps; those whose time is not known are left out. */
  readonly marks: readonly TimelineMark[];
}

export interface Timeline {
  readonly versions: readonly TimelineVersion[];
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** The steps that any version has a time of. */
  readonly steps: readonly Step[];
}

const DAY = 86_400_000;

/** Where each step of each version stands between the first and the last; undefined when no time is known. */
export function timelineOf(versions: readonly VersionDetail[]): Timeline | undefined {
  const dated = versions.flatMap(({ version, times }) => {
    const steps = STEPS.flatMap((step) => {
      const iso = times[step];
      const time = iso === null ? Number.NaN : Date.parse(iso);
      return iso === null || Number.isNaN(time) ? [] : [{ step, iso, time }];
    });
    return steps.length === 0 ? [] : [{ version, steps }];
  });
  const all = dated.flatMap(({ steps }) => steps.map(({ time }) => time));
  if (all.length === 0) return undefined;
  const first = Math.min(...all);
  // A line of at least a week: what happened within an hour stands together.
  const span = Math.max(Math.max(...all) - first, 7 * DAY);
  return {
    versions: dated.map(({ version, steps }) => ({
      version,
      marks: steps.map(({ step, iso, time }) => ({ step, iso, at: (time - first) / span })),
    })),
    ticks: ticksOf(first, span),
    steps: STEPS.filter((step) => dated.some(({ steps }) => steps.some((each) => each.step === step))),
  };
}

/** Up to six days, months or years, each at its beginning in UTC. */
function ticksOf(first: number, span: number): Timeline['ticks'] {
  const months = span / (30.44 * DAY);
  const start = new Date(first);
  const [year, month, day] = [start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()];
  const step = [1, 2, 3, 6, 12, 24, 60, 120].find((each) => months / each <= 6) ?? 240;
  const daily = months < 3;
  const days = [1, 2, 7, 14].find((each) => span / DAY / each <= 6) ?? 21;
  const ticks: { at: number; label: string }[] = [];
  for (let index = 0; index < 400; index += 1) {
    const time = daily ? Date.UTC(year, month, day + index * days) : Date.UTC(year, month + index, 1);
    if (time > first + span) break;
    const position = new Date(time);
    // Months are counted from the year 0, so that half years begin in January.
    if (!daily && (position.getUTCFullYear() * 12 + position.getUTCMonth()) % step !== 0) continue;
    if (time < first) continue;
    ticks.push({ at: (time - first) / span, label: labelOf(position, daily, step) });
  }
  return ticks;
}

function labelOf(date: Date, daily: boolean, step: number): string {
  const month = date.toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' });
  if (daily) return `${date.getUTCDate()} ${month}`;
  return step >= 12 ? `${date.getUTCFullYear()}` : `${month} ${date.getUTCFullYear()}`;
}
