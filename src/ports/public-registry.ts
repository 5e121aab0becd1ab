import type { ProviderAddress } from '../domain/provider/address.ts';
import type { Platform } from '../domain/provider/platform.ts';
import type { AvailableVersion, RegistryPackage } from '../domain/provider/release.ts';
import type { Version } from '../domain/provider/version.ts';
import type { ByteSource } from './bytes.ts';

/** The source: any registry that speaks the provider registry protocol, found by the address's hostname. */
export interface PublicRegistry {
  /**
   * Every version the registry lists that Terraform could read, in no particular order.
   * Throws ProviderNotFound (404), UpstreamUnavailable, UpstreamResponseInvalid.
   */
  listVersions(address: ProviderAddress): Promise<readonly AvailableVersion[]>;
  /**
   * When the registry says that it published the version: its word alone, unsigned, and beyond the protocol. Undefined
   * where it does not say; never throws. Absent in a source that knows no such dates.
   */
  readonly publishedAt?: (address: ProviderAddress, version: Version) => Promise<Date | undefined>;
  /** What the registry says of one package. Throws PlatformNotFound on 404, and as above. */
  readPackage(address: ProviderAddress, version: Version, platform: Platform): Promise<RegistryPackage>;
  /** The exact bytes of SHA256SUMS and its detached signature. Throws ReleaseFileMissing on 404, and as above. */
  readShasums(
    pkg: RegistryPackage,
  ): Promise<{ readonly shasums: Uint8Array; readonly signature: Uint8Array }>;
  /** The package's bytes, not yet requested. Its `open` throws ReleaseFileMissing on 404, and as above. */
  packageSource(pkg: RegistryPackage): ByteSource;
}
