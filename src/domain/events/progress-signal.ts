import type { Platform } from '../provider/platform.ts';

interface AboutPackage {
  /** Formatted provider address. */
  readonly address: string;
  readonly version: string;
  readonly platform: Platform;
}

/** How far something is: of no interest after the run. Sizes are bytes. */
export type ProgressSignal =
  | { readonly kind: 'ProviderCheckStarted'; readonly address: string; readonly requested: string }
  /** Packages that a destination lacks: they are going to be transferred, if they are not already. */
  | {
      readonly kind: 'PackagesAwaited';
      readonly address: string;
      readonly version: string;
      readonly platforms: readonly Platform[];
    }
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
  /** The common download is over, whatever came of it. */
  | (AboutPackage & { readonly kind: 'PackageTransferEnded' })
  /** Bottles that a mirror lacks, by their file names. */
  | { readonly kind: 'BottlesAwaited'; readonly bottles: readonly string[] }
  | { readonly kind: 'BottleTransferStarted'; readonly bottle: string }
  | {
      readonly kind: 'BottleTransferProgressed';
      readonly bottle: string;
      readonly bytes: number;
      readonly size: number;
    }
  /** Whatever came of it. */
  | { readonly kind: 'BottleTransferEnded'; readonly bottle: string }
  | {
      readonly kind: 'RequestRetried';
      readonly target: string;
      readonly attempt: number;
      readonly reason: string;
    };
