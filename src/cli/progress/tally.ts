import type { ProgressSignal } from '../../domain/events/progress-signal.ts';
import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';
import { countOf, formatBytes, formatDuration, formatRate } from '../render/quantities.ts';

/** How far a whole run is: packages and bytes over everything that is known to be transferred. */
export interface Tally {
  count(signal: ProgressSignal): void;
  /** "3 of 12 packages, 120 MB of about 480 MB, 12 MB/s, 30 s left"; undefined while nothing is to be transferred. */
  describe(): string | undefined;
}

interface Counted {
  bytes: number;
  /** Undefined while nobody has said. */
  size: number | undefined;
  done: boolean;
}

export function createTally(monotonic: () => number): Tally {
  const packages = new Map<string, Counted>();
  let started: number | undefined;
  let what: 'package' | 'bottle' = 'package';
  const counted = (name: string): Counted => {
    const known = packages.get(name) ?? { bytes: 0, size: undefined, done: false };
    packages.set(name, known);
    return known;
  };
  return {
    count(signal) {
      if (signal.kind === 'PackagesAwaited') {
        for (const platform of signal.platforms) counted(nameOf({ ...signal, platform }));
      }
      if (signal.kind === 'BottlesAwaited') {
        what = 'bottle';
        for (const bottle of signal.bottles) counted(bottle);
      }
      if (!('platform' in signal) && !('bottle' in signal)) return;
      const about = counted('bottle' in signal ? signal.bottle : nameOf(signal));
      if (signal.kind === 'PackageTransferStarted' || signal.kind === 'BottleTransferStarted') {
        started ??= monotonic();
      }
      if (signal.kind === 'PackageTransferProgressed' || signal.kind === 'BottleTransferProgressed') {
        about.bytes = signal.bytes;
        about.size = signal.size;
      }
      if (signal.kind === 'PackageTransferEnded' || signal.kind === 'BottleTransferEnded') about.done = true;
    },
    describe() {
      if (packages.size === 0) return undefined;
      const elapsed = started === undefined ? 0 : monotonic() - started;
      return describeTally([...packages.values()], elapsed, what);
    },
  };
}

function nameOf(about: {
  readonly address: string;
  readonly version: string;
  readonly platform: Platform;
}): string {
  return `${about.address} ${about.version} ${formatPlatform(about.platform)}`;
}

function describeTally(packages: readonly Counted[], elapsed: number, what: string): string {
  const done = packages.filter((each) => each.done).length;
  const bytes = packages.reduce((sum, each) => sum + each.bytes, 0);
  const total = totalOf(packages);
  const parts = [`${done} of ${countOf(packages.length, what)}`];
  parts.push(
    total === undefined
      ? formatBytes(bytes)
      : `${formatBytes(bytes)} of ${total.exact ? '' : 'about '}${formatBytes(total.bytes)}`,
  );
  if (elapsed > 0 && bytes > 0) {
    parts.push(formatRate(bytes, elapsed));
    const left = total === undefined ? 0 : total.bytes - bytes;
    if (left > 0) parts.push(`${formatDuration(roundedUp((left / bytes) * elapsed))} left`);
  }
  return parts.join(', ');
}

/** What is not known yet is taken to be as large as the others are on average; undefined while none is known. */
function totalOf(
  packages: readonly Counted[],
): { readonly bytes: number; readonly exact: boolean } | undefined {
  const sizes = packages.flatMap(({ size, bytes, done }) => (done ? [bytes] : (size ?? [])));
  if (sizes.length === 0) return undefined;
  const known = sizes.reduce((sum, size) => sum + size, 0);
  const rest = packages.length - sizes.length;
  return { bytes: known + (known / sizes.length) * rest, exact: rest === 0 };
}

/** To whole seconds: nobody can tell the time that is left more precisely. */
function roundedUp(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000) * 1000;
}
