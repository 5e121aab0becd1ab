import type { WantedBottle } from './resolve.ts';

/** A bottle to fetch, and what its index tells of its size. */
export interface SizedBottle {
  readonly bottle: WantedBottle;
  /** In bytes; `untold` where the index names none, `unread` where it could not be read. */
  readonly size: number | 'untold' | 'unread';
}

/** A run's work in portions, each carried out on its own. */
export interface SplitWork {
  /** For workers that have minutes. */
  readonly batches: readonly (readonly WantedBottle[])[];
  /** For tasks that have hours. */
  readonly tasks: readonly (readonly WantedBottle[])[];
}

/** Most that a worker brings in its minutes at 2.5 MB a second. */
const MAX_BATCH_BYTES = 2e9;
/** Each takes three requests, and a registry that limits its callers takes its time. */
const MAX_BATCH_BOTTLES = 100;
/** An execution's history has room for their attempts. More work than this takes hours anyway. */
const MAX_BATCHES = 400;
const MAX_TASK_BYTES = 50e9;
const MAX_TASK_BOTTLES = 2000;

/**
 * Splits what is to be fetched by size: bottles of at least `thresholdBytes`, those whose size nobody tells, and what
 * is too much for 400 batches go to tasks; the others to batches of less than the threshold, 2 GB and 100 bottles.
 * Whose index could not be read goes to a batch, which says why. The order of the bottles makes no difference.
 */
export function splitWork(bottles: readonly SizedBottle[], thresholdBytes: number): SplitWork {
  const sorted = bottles.toSorted((a, b) => (keyOf(a.bottle) < keyOf(b.bottle) ? -1 : 1));
  const isLarge = ({ size }: SizedBottle): boolean =>
    size === 'untold' || (typeof size === 'number' && size >= thresholdBytes);
  const batches = pack(
    sorted.filter((each) => !isLarge(each)),
    Math.min(thresholdBytes, MAX_BATCH_BYTES),
    MAX_BATCH_BOTTLES,
  );
  const large = [...sorted.filter(isLarge), ...batches.slice(MAX_BATCHES).flat()];
  const only = (packs: readonly (readonly SizedBottle[])[]) =>
    packs.map((pack) => pack.map(({ bottle }) => bottle));
  return {
    batches: only(batches.slice(0, MAX_BATCHES)),
    tasks: only(pack(large, MAX_TASK_BYTES, MAX_TASK_BOTTLES)),
  };
}

/** Neighbours share an index, which is then read once. */
const keyOf = ({ image, ref, refName, sha256 }: WantedBottle): string =>
  [image, ref, refName, sha256].join(' ');

/** In their order, each pack below `bytes` in all; one that reaches it alone is alone. */
function pack(
  bottles: readonly SizedBottle[],
  bytes: number,
  count: number,
): readonly (readonly SizedBottle[])[] {
  const packs: SizedBottle[][] = [];
  let filled = 0;
  for (const each of bottles) {
    const size = typeof each.size === 'number' ? each.size : 0;
    const last = packs.at(-1);
    if (last === undefined || last.length >= count || filled + size >= bytes) {
      packs.push([each]);
      filled = size;
    } else {
      last.push(each);
      filled += size;
    }
  }
  return packs;
}
