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
