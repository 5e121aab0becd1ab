import type { EvidenceCheck } from '../../domain/artifact/artifact.ts';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { FormulaProblem, WantedBottle } from '../../domain/bottle/resolve.ts';
import type { SnapshotApi, SnapshotBottle } from '../../domain/bottle/snapshot.ts';
import type { ErrorReport } from '../../domain/errors.ts';
import type { BroughtBottle } from './bring.ts';

/** One bottle in a result and in `--json`. Sizes are bytes; null where it is not known yet. */
export interface BottleReport {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  readonly sha256: Sha256;
  readonly ref: string;
  readonly size: number | null;
  readonly neededBy: readonly string[];
  readonly outcome: 'present' | 'to-fetch' | 'fetched' | 'failed';
  /** What was checked of a bottle that was fetched. */
  readonly checks?: readonly EvidenceCheck[];
  readonly error?: ErrorReport;
}

/** A formula that the mirror goes without, or would. */
export interface MissingFormula {
  readonly formula: string;
  readonly reason: string;
  /** True under "allow-missing". */
  readonly allowed: boolean;
}

export interface BottlesResult {
  readonly ok: boolean;
  /**
   * `published`: clients see another snapshot than before; `up-to-date`; `held`: a snapshot was made, and is too young
   * to be shown or held by a rollback; `incomplete`: something is missing, clients see what they saw; `planned`.
   */
  readonly outcome: 'published' | 'up-to-date' | 'held' | 'incomplete' | 'planned';
  readonly destination: string;
  /** The snapshot that holds what was resolved; null when none was made. */
  readonly snapshot: string | null;
  /** What clients see now. */
  readonly current: string | null;
  readonly apis: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly size: number;
    readonly generatedAt: string | null;
    readonly signedBy: string;
  }[];
  readonly bottles: readonly BottleReport[];
  readonly problems: readonly FormulaProblem[];
  readonly missing: readonly MissingFormula[];
  readonly remarks: readonly string[];
  readonly summary: {
    readonly bottles: number;
    readonly present: number;
    readonly toFetch: number;
    readonly fetched: number;
    readonly failed: number;
    /** Of what passed in this run. */
    readonly bytes: number;
  };
}

export function reportOfBottle(
  bottle: WantedBottle,
  outcome: BottleReport['outcome'],
  size: number | null,
): BottleReport {
  const { name, version, tag, sha256, ref, neededBy } = bottle;
  return { name, version, tag, sha256, ref, size, neededBy, outcome };
}

export function reportOfBrought(brought: BroughtBottle): BottleReport {
  if (brought.outcome === 'failed') {
    return { ...reportOfBottle(brought.bottle, 'failed', null), error: brought.error };
  }
  const { bottle, outcome, checks } = brought;
  return { ...reportOfBottle(bottle, outcome, bottle.size), ...(checks === undefined ? {} : { checks }) };
}

export function reportOfApi({
  path,
  sha256,
  size,
  generatedAt,
  signedBy,
}: SnapshotApi): BottlesResult['apis'][number] {
  const time = generatedAt === undefined ? null : new Date(generatedAt * 1000).toISOString();
  return { path, sha256, size, generatedAt: time, signedBy };
}

/** As a resolution has them, whatever order they came in. */
export function inOrder<T extends Pick<WantedBottle, 'name' | 'ref' | 'tag' | 'sha256'>>(
  bottles: readonly T[],
): readonly T[] {
  return bottles.toSorted((a, b) => compareText(sortKey(a), sortKey(b)));
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sortKey = ({ name, ref, tag, sha256 }: Pick<WantedBottle, 'name' | 'ref' | 'tag' | 'sha256'>): string =>
  [name, ref, tag, sha256].join('\n');

export function summaryOf(bottles: readonly BottleReport[]): BottlesResult['summary'] {
  const count = (outcome: BottleReport['outcome']) =>
    bottles.filter((each) => each.outcome === outcome).length;
  const fetched = bottles.filter(({ outcome }) => outcome === 'fetched');
  return {
    bottles: bottles.length,
    present: count('present'),
    toFetch: count('to-fetch'),
    fetched: fetched.length,
    failed: count('failed'),
    bytes: fetched.reduce((sum, { size }) => sum + (size ?? 0), 0),
  };
}

/** The formulae that cannot be installed for all that was brought: by the config's names, each with the first reason. */
export function missingFormulae(
  problems: readonly FormulaProblem[],
  failed: readonly { readonly bottle: WantedBottle; readonly error: ErrorReport }[],
  allowMissing: readonly string[],
): readonly MissingFormula[] {
  const missing = new Map<string, MissingFormula>();
  const add = (formula: string, reason: string): void => {
    if (!missing.has(formula))
      missing.set(formula, { formula, reason, allowed: allowMissing.includes(formula) });
  };
  for (const { formula, message } of problems) add(formula, message);
  for (const { bottle, error } of failed) {
    for (const formula of bottle.neededBy) add(formula, `${bottle.filename}: ${error.message}`);
  }
  return [...missing.values()];
}

/** The bottles that some formula needs which is not missing, and those that came all the same. */
export function heldBottles(brought: readonly BroughtBottle[]): readonly SnapshotBottle[] {
  return brought.flatMap((each) => (each.outcome === 'failed' ? [] : [each.bottle]));
}
