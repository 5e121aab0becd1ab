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

/** One way in which the private registry differs from the config and from upstream. */
export interface VerifyDifference {
  readonly what:
    | 'version-missing'
    | 'file-missing'
    | 'shasum'
    | 'filename'
    | 'signing-key'
    | 'shasums-file'
    | 'signature-file'
    | 'signature'
    | 'protocols'
    | 'package-digest';
  /** `os_arch`, where the difference is about one platform. */
  readonly platform?: string;
  readonly message: string;
}

export interface VerifiedPlatform {
  readonly os: string;
  readonly arch: string;
  readonly outcome: 'verified' | 'differs';
  readonly sha256: string;
  /** The stored package's size; only after a deep verify. */
  readonly bytes?: number;
}

export interface VerifyProviderResult {
  readonly address: string;
  readonly requested: string;
  readonly version: string | null;
  readonly outcome: 'verified' | 'differs' | 'failed';
  readonly signedBy: string | null;
  readonly platforms: readonly VerifiedPlatform[];
  readonly differences: readonly VerifyDifference[];
  readonly remarks: readonly string[];
  readonly error?: ErrorReport;
}

export interface VerifyResult {
  readonly providers: readonly VerifyProviderResult[];
  readonly summary: {
    readonly total: number;
    readonly verified: number;
    readonly differing: number;
    readonly failed: number;
    /** Bytes of stored packages that were read and hashed. */
    readonly bytes: number;
    readonly durationMs: number;
    readonly ok: boolean;
  };
}
