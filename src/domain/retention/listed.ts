import type { ProviderAddress } from '../provider/address.ts';

/** A provider that a destination holds, as a listing shows it. */
export interface HeldProvider {
  /** As the destination calls it: `aws` in a private registry, the whole formatted address in a mirror. */
  readonly name: string;
  /** The provider's type alone (`aws`), as the destination writes it. */
  readonly type: string;
  /** The original address, where the destination keeps providers under it; undefined in a private registry. */
  readonly address: ProviderAddress | undefined;
  /** False for entries that are mere references to elsewhere or another owner's: never changed. */
  readonly own: boolean;
}

/** A version as a listing shows it. */
export interface ListedVersion {
  /** As the registry writes it; may be something Terraform cannot read. */
  readonly text: string;
  readonly createdAt: Date | undefined;
  /** Undefined where the destination does not say: then nobody knows whether the version is whole. */
  readonly shasumsUploaded: boolean | undefined;
  readonly shasumsSignatureUploaded: boolean | undefined;
  readonly platformCount: number | undefined;
  /** The id of the key that the version names as its signer's, 16 upper-case hex digits; where there is one. */
  readonly keyId?: string | undefined;
}

export type Completeness = 'complete' | 'incomplete' | 'unknown';

/**
 * Whether Terraform could install anything of the version. Packages are uploaded before SHA256SUMS and
 * its signature, so these two tell as much as a listing can; an unknown number of platforms tells nothing.
 */
export function completenessOf(version: ListedVersion): Completeness {
  const { shasumsUploaded, shasumsSignatureUploaded, platformCount } = version;
  const files = [shasumsUploaded, shasumsSignatureUploaded];
  if (files.includes(false) || platformCount === 0) return 'incomplete';
  return files.includes(undefined) ? 'unknown' : 'complete';
}

export function isComplete(version: ListedVersion): boolean {
  return completenessOf(version) === 'complete';
}
