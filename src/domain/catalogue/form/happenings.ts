import type { CATALOGUE_FORMAT, Made } from './pointer.ts';
import type { Decision } from './provider.ts';

/** `runs.json`: what happened, each list newest first. */
export interface Happenings {
  readonly format: typeof CATALOGUE_FORMAT;
  readonly made: Made;
  readonly runs: readonly RunRow[];
  readonly held: readonly HeldRow[];
  readonly recalls: readonly RecallRow[];
  readonly deletions: readonly DeletionRow[];
  readonly missing: readonly string[];
}

export interface RunRow {
  readonly id: string;
  /** `sync`, `cleanup`, `bottles`. */
  readonly what: string;
  /** When it ended. */
  readonly at: string;
  readonly durationMs: number;
  readonly ok: boolean;
  /** How many providers had each outcome: `published`, `up-to-date`, `failed`, … */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly failures: readonly FailureRow[];
}

interface FailureRow {
  readonly address: string;
  readonly version: string | null;
  readonly destination: string | null;
  readonly code: string;
  readonly message: string;
}

export interface HeldRow {
  readonly address: string;
  readonly version: string;
  readonly rules: readonly string[];
  readonly since: string | null;
  readonly until: string | null;
  readonly command: string | null;
}

export interface RecallRow extends Decision {
  /** An address, or a pattern of a config: `acme/*`. */
  readonly provider: string;
  readonly versions: string;
  /** Whether it deletes from private registries as well. */
  readonly deletes: boolean;
  /** Where the versions were taken out. */
  readonly takenOut: readonly {
    readonly version: string;
    readonly destination: string;
    readonly how: 'unlisted' | 'deleted';
    readonly at: string;
  }[];
}

export interface DeletionRow {
  readonly provider: string;
  readonly version: string;
  readonly destination: string;
  readonly reason: string;
  readonly at: string;
}
