import type { Platform } from '../../../domain/provider/platform.ts';
import type { PluginProtocol, ReleasePackage } from '../../../domain/provider/release.ts';

/** One change to the private registry. Every step may be repeated: it changes nothing the second time. */
export type UploadStep =
  | { readonly kind: 'add-signing-key'; readonly keyId: string; readonly asciiArmor: string }
  | { readonly kind: 'create-provider' }
  | { readonly kind: 'create-version'; readonly keyId: string; readonly protocols: readonly PluginProtocol[] }
  | { readonly kind: 'create-platform'; readonly package: ReleasePackage }
  | { readonly kind: 'upload-package'; readonly package: ReleasePackage }
  | { readonly kind: 'upload-shasums' }
  | { readonly kind: 'upload-shasums-signature' };

/** Something already in the private registry that differs from upstream. It is reported, never overwritten. */
export interface VersionDifference {
  readonly what:
    | 'shasum'
    | 'filename'
    | 'signing-key'
    | 'shasums-file'
    | 'signature-file'
    | 'signature'
    | 'protocols';
  /** Undefined when the difference is about the whole version. */
  readonly platform: Platform | undefined;
  readonly present: string;
  readonly upstream: string;
}

export type UploadPlan =
  | { readonly outcome: 'up-to-date'; readonly steps: readonly [] }
  /** The version is not there at all. */
  | { readonly outcome: 'publish'; readonly steps: readonly UploadStep[] }
  /** The version is there but half-uploaded, or lacks a platform of the config. */
  | { readonly outcome: 'complete'; readonly steps: readonly UploadStep[] }
  | {
      readonly outcome: 'conflict';
      readonly steps: readonly [];
      readonly differences: readonly VersionDifference[];
    };
