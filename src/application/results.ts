import type { ErrorReport } from '../domain/errors.ts';
import type { VersionDifference } from '../domain/publication/plan.ts';

/** What became of one package. `bytes` is the package's size, known once it has passed. */
export interface PlatformResult {
  readonly os: string;
  readonly arch: string;
  readonly outcome: 'published' | 'up-to-date' | 'publish' | 'conflict' | 'failed' | 'not-attempted';
  readonly bytes?: number;
  readonly sha256?: string;
}

/** `publish` and `complete` come from a plan, `published` and `completed` from a sync. */
export type ProviderOutcome =
  | 'publish'
  | 'complete'
  | 'published'
  | 'completed'
  | 'up-to-date'
  | 'conflict'
  | 'failed';

/** One provider of a plan or a sync: the form of `--json`. */
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
  readonly remarks: readonly string[];
  readonly differences?: readonly VersionDifference[];
  readonly error?: ErrorReport;
}

export interface RunSummary {
  readonly total: number;
  /** How many providers had each outcome; outcomes nobody had are left out. */
  readonly outcomes: Readonly<Partial<Record<ProviderOutcome, number>>>;
  /** Package bytes that reached the private registry. */
  readonly bytes: number;
  readonly durationMs: number;
  /** False when a provider failed or conflicts. */
  readonly ok: boolean;
}

export interface RunResult {
  readonly providers: readonly ProviderResult[];
  readonly summary: RunSummary;
}
