import type { PassedOver } from '../../domain/admission/words.ts';
import type { EvidenceCheck } from '../../domain/artifact/artifact.ts';
import type { DestinationKind } from '../../domain/delivery/plan.ts';
import type { ErrorReport } from '../../domain/errors.ts';

/** One way in which a destination differs from the config and from upstream. */
export interface VerifyDifference {
  /** `version-missing`, `file-missing`, `recalled`, `package-digest`, `read-failed`, or what a delivery plan's difference is about. */
  readonly what: string;
  /** `os_arch`, where the difference is about one platform. */
  readonly platform?: string;
  readonly message: string;
  /** The destination's name, for a config that names its destinations. */
  readonly destination?: string;
}

export interface VerifiedPlatform {
  readonly os: string;
  readonly arch: string;
  readonly outcome: 'verified' | 'differs';
  readonly sha256: string;
  /** The stored package's size; only after a deep verify. */
  readonly bytes?: number;
}

/**
 * `held` and `refused`: what the config asks for is not let in, so nothing of it is compared. `stopped`: a person broke
 * it off before it was known.
 */
export type VerifyOutcome = 'verified' | 'differs' | 'failed' | 'held' | 'refused' | 'stopped';

/** What one destination holds of one provider. */
export interface VerifiedDestination {
  readonly name: string;
  readonly kind: DestinationKind;
  readonly outcome: VerifyOutcome;
  readonly platforms: readonly VerifiedPlatform[];
  readonly differences: readonly VerifyDifference[];
  /** Why it could not be read, or not wholly; what was found all the same stands beside it. */
  readonly error?: ErrorReport;
}

export interface VerifyProviderResult {
  readonly address: string;
  readonly requested: string;
  readonly version: string | null;
  readonly outcome: VerifyOutcome;
  readonly signedBy: string | null;
  readonly platforms: readonly VerifiedPlatform[];
  readonly differences: readonly VerifyDifference[];
  /** The checks of upstream's release and what each found. */
  readonly checks: readonly EvidenceCheck[];
  readonly remarks: readonly string[];
  /** Newer versions that are not let in, newest first. */
  readonly passedOver?: readonly PassedOver[];
  readonly error?: ErrorReport;
  /** Each destination's own; absent for a config that names none. */
  readonly destinations?: readonly VerifiedDestination[];
}

export interface VerifyResult {
  readonly providers: readonly VerifyProviderResult[];
  readonly summary: {
    readonly total: number;
    readonly verified: number;
    readonly differing: number;
    readonly failed: number;
    /** What is asked for is not let in; absent where there is none such. */
    readonly held?: number;
    readonly refused?: number;
    readonly stopped: number;
    /** Bytes of stored packages that were read and hashed. */
    readonly bytes: number;
    readonly durationMs: number;
    readonly ok: boolean;
  };
}
