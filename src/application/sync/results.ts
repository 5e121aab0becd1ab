import type { PassedOver } from '../../domain/admission/words.ts';
import type { EvidenceCheck } from '../../domain/artifact/artifact.ts';
import type { DestinationKind } from '../../domain/delivery/plan.ts';
import type { ErrorReport } from '../../domain/errors.ts';
import type { Platform } from '../../domain/provider/platform.ts';

/** What became of one package. `bytes` is the package's size, known once it has passed. */
export interface PlatformResult {
  readonly os: string;
  readonly arch: string;
  readonly outcome:
    | 'published'
    | 'up-to-date'
    | 'publish'
    | 'conflict'
    | 'failed'
    | 'stopped'
    | 'not-attempted';
  readonly bytes?: number;
  readonly sha256?: string;
}

/**
 * `publish` and `complete` come from a plan, `published` and `completed` from a sync. `held`: what is asked for is not
 * let in yet; `refused`: it never is. `stopped`: a person broke it off.
 */
export type ProviderOutcome =
  | 'publish'
  | 'complete'
  | 'published'
  | 'completed'
  | 'up-to-date'
  | 'held'
  | 'refused'
  | 'conflict'
  | 'failed'
  | 'stopped';

/** A step of a plan for programs: what `steps` says in words. */
export interface PlannedStep {
  /** The destination's name. */
  readonly destination: string;
  /** As in `steps`, without the destination. */
  readonly text: string;
  /** Where the step is about one package: which, and its file. */
  readonly platform?: Platform;
  readonly filename?: string;
}

/** A recalled version that a destination has. */
export interface RecalledVersion {
  /** Null when the destination could not be asked: `error` says why. */
  readonly version: string | null;
  readonly destination: string;
  /** Why it was recalled. */
  readonly reason: string;
  /**
   * What a sync does (and `done` says that it did): takes it out of the destination's index, deletes it, or leaves it,
   * because the recall does not say that it is to be deleted.
   */
  readonly action: 'take-out' | 'delete' | 'none';
  readonly done: boolean;
  /** Why it could not be done. */
  readonly error?: ErrorReport;
}

/** Something at a destination that differs from upstream. */
export interface VersionDifference {
  readonly what: string;
  /** Absent when the difference is about the whole version. */
  readonly platform?: Platform;
  readonly present: string;
  readonly upstream: string;
}

/** What became of one provider at one destination. */
export interface DestinationResult {
  readonly name: string;
  readonly kind: DestinationKind;
  readonly outcome: ProviderOutcome;
  readonly platforms: readonly PlatformResult[];
  /** What a plan found missing, in words and in order. */
  readonly steps: readonly string[];
  /** What a person should know that stops nothing. */
  readonly remarks?: readonly string[];
  readonly differences?: readonly VersionDifference[];
  readonly error?: ErrorReport;
}

/**
 * One provider of a plan or a sync: the form of `--json`. With several destinations, `outcome`, `platforms` and
 * `error` are the least good of all, and `steps` and `differences` are those of all.
 */
export interface ProviderResult {
  readonly address: string;
  /** What the config asks for. */
  readonly requested: string;
  /** The resolved version; null when it could not be resolved. */
  readonly version: string | null;
  readonly outcome: ProviderOutcome;
  /** The primary key id of the accepted signature; null when none was accepted. */
  readonly signedBy: string | null;
  readonly platforms: readonly PlatformResult[];
  /** The steps of the plan in words ("upload package linux_amd64"), in order; empty when up to date. */
  readonly steps: readonly string[];
  /** The same steps, taken apart. */
  readonly plannedSteps: readonly PlannedStep[];
  /** The checks of the release's documents and what each found; empty when it could not be read. */
  readonly checks: readonly EvidenceCheck[];
  readonly remarks: readonly string[];
  readonly differences?: readonly VersionDifference[];
  /** Newer versions that are not let in, newest first; of a held or refused provider, all that it asks for. */
  readonly passedOver?: readonly PassedOver[];
  /** Recalled versions that destinations have. */
  readonly recalled?: readonly RecalledVersion[];
  readonly error?: ErrorReport;
  /** Each destination's own; absent for a config that names none. */
  readonly destinations?: readonly DestinationResult[];
}

export interface RunSummary {
  readonly total: number;
  /** How many providers had each outcome; outcomes nobody had are left out. */
  readonly outcomes: Readonly<Partial<Record<ProviderOutcome, number>>>;
  /** Package bytes that reached a destination; a package that reached several counts once. */
  readonly bytes: number;
  readonly durationMs: number;
  /** False when a provider failed, conflicts, is refused or was stopped. */
  readonly ok: boolean;
}

export interface RunResult {
  readonly providers: readonly ProviderResult[];
  readonly summary: RunSummary;
}
