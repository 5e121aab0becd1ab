import type { Plots } from '../../domain/catalogue/form/plots.ts';
import { bytes, count, day, duration, moment, number } from './format.ts';

/** A plot with its numbers: what the table says is what the bars show. */
export interface PlotOf {
  readonly title: string;
  /** What to see in it, in a sentence. */
  readonly summary: string;
  readonly head: readonly string[];
  /** One a bar, and more where the plot shows only the first. */
  readonly rows: readonly (readonly string[])[];
  readonly bars: readonly Bar[];
  /** What one unit of a bar's value is, for the axis. */
  readonly unit: 'days' | 'versions' | 'bytes' | 'hours' | 'seconds';
  /** What the marked bars are and what the others are: nothing where none can be marked. */
  readonly kinds: { readonly marked: string; readonly plain: string } | undefined;
  /** `names`: lying bars, one a thing. `time`: standing bars, one after the other. */
  readonly shape: 'names' | 'time';
}

interface Bar {
  readonly label: string;
  readonly value: number;
  /** A second kind of bars: a run that failed, a version that still waits. */
  readonly marked: boolean;
  /** The value in words. */
  readonly words: string;
  /** The address of the provider that it is about. */
  readonly address?: string;
}

/** So many bars with names can be told apart, and so many runs beside each other. */
const MOST_BARS = 20;
const MOST_RUNS = 60;

/** How far each provider's newest version here is behind upstream's: by days where they are known, else by versions. */
export function behindPlot(plots: Plots): PlotOf {
  const behind = plots.behind.filter(({ versions }) => versions > 0);
  // Bars of no days say nothing; versions do.
  const days = behind.some((each) => each.days !== null && each.days >= 1);
  const shown = days ? behind.filter((each) => each.days !== null) : behind;
  const [furthest] = shown;
  const words = (each: (typeof behind)[number]) =>
    `${each.days === null ? '' : `${count(Math.round(each.days), 'day')}, `}${count(each.versions, 'version')}`;
  return {
    title: 'Behind upstream',
    summary:
      furthest === undefined
        ? 'Every provider here is at upstream’s newest version, as far as that is known.'
        : `${count(behind.length, 'provider is', 'providers are')} behind upstream, ${furthest.address} the furthest: ${words(furthest)}.`,
    head: ['Provider', 'Days since upstream had a newer one', 'Newer versions upstream'],
    rows: behind.map((each) => [
      each.address,
      each.days === null ? '–' : number(Math.round(each.days)),
      number(each.versions),
    ]),
    bars: shown.slice(0, MOST_BARS).map((each) => ({
      label: shortAddress(each.address),
      address: each.address,
      value: days ? (each.days ?? 0) : each.versions,
      marked: false,
      words: words(each),
    })),
    unit: days ? 'days' : 'versions',
    kinds: undefined,
    shape: 'names',
  };
}

export function bytesPlot(plots: Plots): PlotOf {
  const total = plots.bytes.reduce((sum, each) => sum + each.bytes, 0);
  const [largest] = plots.bytes;
  return {
    title: 'Bytes stored',
    summary:
      largest === undefined
        ? 'No destination tells how much it stores.'
        : `${bytes(total)} are stored for ${count(plots.bytes.length, 'provider')}; ${largest.address} takes the most, ${bytes(largest.bytes)}.`,
    head: ['Provider', 'Stored', 'Bytes'],
    rows: plots.bytes.map((each) => [each.address, bytes(each.bytes), number(each.bytes)]),
    bars: plots.bytes.slice(0, MOST_BARS).map((each) => ({
      label: shortAddress(each.address),
      address: each.address,
      value: each.bytes,
      marked: false,
      words: bytes(each.bytes),
    })),
    unit: 'bytes',
    kinds: undefined,
    shape: 'names',
  };
}

export function runsPlot({ runs }: Plots): PlotOf {
  const failed = runs.filter(({ ok }) => !ok).length;
  return {
    title: 'Runs',
    summary:
      runs.length === 0
        ? 'No run is known.'
        : `${count(runs.length, 'run')} from ${day(runs[0]?.at)} to ${day(runs.at(-1)?.at)}; ${failed === 0 ? 'none failed' : `${number(failed)} failed`}.`,
    head: ['Ended', 'Outcome', 'Took', 'Brought in'],
    rows: runs
      .map((run) => [
        moment(run.at),
        run.ok ? 'went well' : 'failed',
        duration(run.durationMs),
        bytes(run.bytes),
      ])
      .toReversed(),
    bars: runs.slice(-MOST_RUNS).map((run) => ({
      label: moment(run.at),
      value: run.durationMs / 1000,
      marked: !run.ok,
      words: `${run.ok ? 'went well' : 'failed'}, ${duration(run.durationMs)}, ${bytes(run.bytes)}`,
    })),
    unit: 'seconds',
    kinds: { plain: 'went well', marked: 'failed' },
    shape: 'time',
  };
}

export function holdsPlot({ holds }: Plots): PlotOf {
  const open = holds.filter((each) => each.open).length;
  const ended = holds.filter((each) => !each.open).map(({ hours }) => hours);
  const median = ended.toSorted((a, b) => a - b)[Math.floor(ended.length / 2)];
  const waiting =
    open === 0 ? 'none still waits' : `${count(open, 'version')} still ${open === 1 ? 'waits' : 'wait'}`;
  return {
    title: 'Hold times',
    summary:
      holds.length === 0
        ? 'No version is known to have waited.'
        : `${median === undefined ? '' : `Half of the versions waited ${hoursWords(median)} or less; `}${waiting}.`,
    head: ['Provider', 'Version', 'First seen', 'Waited', 'Still waits'],
    rows: holds
      .map((each) => [
        each.address,
        each.version,
        moment(each.since),
        hoursWords(each.hours),
        each.open ? 'yes' : 'no',
      ])
      .toReversed(),
    bars: holds.slice(-MOST_BARS).map((each) => ({
      label: `${shortAddress(each.address)} ${each.version}`,
      address: each.address,
      value: each.hours,
      marked: each.open,
      words: `${hoursWords(each.hours)}${each.open ? ' so far' : ''}`,
    })),
    unit: 'hours',
    kinds: { plain: 'let in', marked: 'still waits' },
    shape: 'names',
  };
}

/** `40 minutes`, `7 hours`, `3.5 days`. */
function hoursWords(hours: number): string {
  if (hours < 1) return count(Math.round(hours * 60), 'minute');
  if (hours < 48) return count(Math.round(hours), 'hour');
  return `${Number((hours / 24).toFixed(1))} days`;
}

/** A value of an axis. */
export function axisWords(unit: PlotOf['unit'], value: number): string {
  switch (unit) {
    case 'bytes':
      return bytes(value);
    case 'hours':
      return value >= 48 ? `${number(value / 24)} d` : `${number(value)} h`;
    case 'days':
      return `${number(value)} d`;
    case 'seconds':
      return value >= 120 ? `${number(value / 60)} min` : `${number(value)} s`;
    default:
      return number(value);
  }
}

/** Without the registry: `hashicorp/aws`. */
function shortAddress(address: string): string {
  return address.split('/').slice(1).join('/') || address;
}
