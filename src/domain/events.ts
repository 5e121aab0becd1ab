import type { ErrorReport } from './errors.ts';
import type { Platform } from './provider/platform.ts';

interface AboutProvider {
  /** Formatted provider address. */
  readonly address: string;
}

interface AboutVersion extends AboutProvider {
  readonly version: string;
}

interface AboutPackage extends AboutVersion {
  readonly platform: Platform;
}

/**
 * What happened, as data. Terminal progress, logs, metrics and mail are renderings of these at the edge.
 * Sizes are bytes.
 */
export type SyncEvent =
  | (AboutProvider & { readonly kind: 'ProviderCheckStarted'; readonly requested: string })
  | (AboutVersion & { readonly kind: 'ProviderVersionResolved'; readonly requested: string })
  | (AboutVersion & { readonly kind: 'IntegrityRemarkMade'; readonly remark: string })
  | (AboutVersion & { readonly kind: 'ProviderVersionUpToDate' })
  | (AboutVersion & { readonly kind: 'SigningKeyAdded'; readonly keyId: string })
  | (AboutPackage & { readonly kind: 'PackageTransferStarted'; readonly filename: string })
  | (AboutPackage & {
      readonly kind: 'PackageTransferProgressed';
      readonly bytes: number;
      /** Undefined when the server does not say. */
      readonly size: number | undefined;
    })
  | (AboutPackage & {
      readonly kind: 'PackageTransferRestarted';
      readonly side: 'download' | 'upload';
      readonly reason: string;
    })
  | (AboutPackage & {
      readonly kind: 'PackageTransferFinished';
      readonly bytes: number;
      readonly sha256: string;
    })
  | (AboutPackage & { readonly kind: 'PackageTransferFailed'; readonly error: ErrorReport })
  | (AboutVersion & {
      readonly kind: 'ProviderVersionPublished';
      readonly signedBy: string;
      readonly bytes: number;
    })
  | (AboutVersion & {
      readonly kind: 'ProviderVersionCompleted';
      readonly signedBy: string;
      readonly bytes: number;
    })
  | (AboutVersion & { readonly kind: 'VersionConflictFound'; readonly error: ErrorReport })
  | (AboutProvider & {
      readonly kind: 'ProviderSyncFailed';
      readonly version: string | undefined;
      readonly error: ErrorReport;
    })
  | {
      readonly kind: 'VersionDeleted';
      readonly provider: string;
      readonly version: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'VersionDeletionFailed';
      readonly provider: string;
      readonly version: string;
      readonly error: ErrorReport;
    }
  | {
      readonly kind: 'RequestRetried';
      readonly target: string;
      readonly attempt: number;
      readonly reason: string;
    };
