import type { Shasums } from '../../../domain/integrity/shasums.ts';
import type { Platform } from '../../../domain/provider/platform.ts';
import type { Version } from '../../../domain/provider/version.ts';

/** One platform of a version in the private registry. */
export interface PresentPlatform {
  readonly platform: Platform;
  readonly filename: string;
  /** A SHA-256 digest in lower case; in quotes where it is anything else. */
  readonly shasum: string;
  /** `provider-binary-uploaded`: false while the package is missing. */
  readonly uploaded: boolean;
}

/** SHA256SUMS in the private registry: missing, or what it says. */
export type PresentShasums =
  | { readonly state: 'missing' }
  | { readonly state: 'uploaded'; readonly bytes: Uint8Array; readonly shasums: Shasums };

export type PresentSignature =
  | { readonly state: 'missing' }
  | { readonly state: 'uploaded'; readonly bytes: Uint8Array };

/** A version in the private registry, file by file. */
export interface PresentVersion {
  readonly version: Version;
  readonly keyId: string;
  readonly protocols: readonly string[];
  readonly shasums: PresentShasums;
  readonly signature: PresentSignature;
  readonly platforms: readonly PresentPlatform[];
}

/** What the private registry holds for one provider version, level by level. */
export interface PresentProvider {
  /** Whether the organization has the (private) provider at all. */
  readonly provider: boolean;
  readonly version: PresentVersion | undefined;
}
