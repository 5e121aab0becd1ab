import type { EvidenceCheck } from '../artifact/artifact.ts';
import type { ErrorReport } from '../errors.ts';
import type { Platform } from '../provider/platform.ts';

interface AboutProvider {
  /** Formatted provider address. */
  readonly address: string;
}

interface AboutVersion extends AboutProvider {
  readonly version: string;
}

interface AboutDelivery extends AboutVersion {
  /** The destination's name in the config. */
  readonly destination: string;
}

interface Arrived {
  readonly signedBy: string;
  readonly bytes: number;
  /** The day of it, where a later run tells it: ISO 8601. */
  readonly day?: string | undefined;
}

/**
 * What happened, as data: worth keeping for ever. Logs, metrics, mail and the terminal's lines are renderings of
 * these at the edge. Sizes are bytes.
 */
export type DomainEvent =
  | (AboutVersion & { readonly kind: 'ProviderVersionResolved'; readonly requested: string })
  | (AboutVersion & { readonly kind: 'IntegrityRemarkMade'; readonly remark: string })
  /** The release's documents hold together: its first sight, and every later one. */
  | (AboutVersion & {
      readonly kind: 'ReleaseVerified';
      /** SHA-256 of the exact bytes of SHA256SUMS: two releases under one version differ in it. */
      readonly shasumsSha256: string;
      readonly signedBy: string;
      readonly checks: readonly EvidenceCheck[];
    })
  | (AboutDelivery & { readonly kind: 'ProviderVersionUpToDate' })
  /** The public registry no longer lists a version that was delivered. */
  | (AboutVersion & { readonly kind: 'VersionGoneUpstream' })
  /** A version that was known has another SHA256SUMS by now: it was cut again. */
  | (AboutVersion & {
      readonly kind: 'VersionRecut';
      readonly shasumsSha256: string;
      readonly before: string;
    })
  /** A recalled version was taken out of a destination. */
  | (AboutDelivery & {
      readonly kind: 'VersionTakenOut';
      readonly how: 'unlisted' | 'deleted';
      readonly reason: string;
    })
  | (AboutDelivery & { readonly kind: 'SigningKeyAdded'; readonly keyId: string })
  | (AboutVersion & {
      readonly kind: 'PackageTransferFinished';
      readonly platform: Platform;
      /** The destinations that took the package. */
      readonly destination: string;
      readonly bytes: number;
      readonly sha256: string;
    })
  | (AboutDelivery & {
      readonly kind: 'PackageTransferFailed';
      readonly platform: Platform;
      readonly error: ErrorReport;
    })
  | (AboutDelivery & Arrived & { readonly kind: 'ProviderVersionPublished' })
  | (AboutDelivery & Arrived & { readonly kind: 'ProviderVersionCompleted' })
  | (AboutDelivery & { readonly kind: 'VersionConflictFound'; readonly error: ErrorReport })
  | (AboutProvider & {
      readonly kind: 'ProviderSyncFailed';
      readonly version: string | undefined;
      /** Undefined when it failed before any destination was looked at. */
      readonly destination: string | undefined;
      readonly error: ErrorReport;
    })
  | {
      readonly kind: 'VersionDeleted';
      readonly destination: string;
      readonly provider: string;
      readonly version: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'VersionDeletionFailed';
      readonly destination: string;
      readonly provider: string;
      readonly version: string;
      readonly error: ErrorReport;
    }
  | {
      readonly kind: 'BottleTransferred';
      readonly destination: string;
      /** The bottle's file name. */
      readonly bottle: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly checks: readonly EvidenceCheck[];
    }
  | {
      readonly kind: 'BottleFailed';
      readonly destination: string;
      readonly bottle: string;
      readonly error: ErrorReport;
    }
  /** Clients of the mirror are shown this snapshot from here on. */
  | {
      readonly kind: 'BottlesPublished';
      readonly destination: string;
      readonly snapshot: string;
      readonly bottles: number;
    }
  /** A run came to its end, whatever came of it. */
  | {
      readonly kind: 'RunEnded';
      /** Unique to the run. */
      readonly run: string;
      readonly what: 'sync' | 'cleanup' | 'bottles';
      readonly ok: boolean;
      readonly durationMs: number;
      readonly bytes: number;
      /** How many providers had each outcome. */
      readonly outcomes: Readonly<Record<string, number>>;
      readonly failures: readonly RunFailure[];
    };

/** What failed in a run, as far as a person is told of it. */
export interface RunFailure extends AboutProvider {
  readonly version?: string | undefined;
  readonly destination?: string | undefined;
  readonly error: { readonly code: string; readonly message: string };
}
