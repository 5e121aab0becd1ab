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

/** A provider in the organization's registry, as a listing shows it. */
export interface ListedProvider {
  readonly name: string;
  readonly namespace: string;
  /** `public` entries are mere references to the public registry and are never changed. */
  readonly registryName: 'private' | 'public';
}

/** A version as a listing shows it. */
export interface ListedVersion {
  /** As the registry writes it; may be something Terraform cannot read. */
  readonly text: string;
  readonly createdAt: Date | undefined;
  readonly shasumsUploaded: boolean;
  readonly shasumsSignatureUploaded: boolean;
  readonly platformCount: number | undefined;
}

/**
 * Whether Terraform could install anything of the version. Packages are uploaded before SHA256SUMS and
 * its signature, so these two tell as much as a listing can; an unknown number of platforms tells nothing.
 */
export function isComplete(version: ListedVersion): boolean {
  return version.shasumsUploaded && version.shasumsSignatureUploaded && version.platformCount !== 0;
}
