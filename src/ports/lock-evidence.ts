import type { Sha256 } from '../domain/artifact/sha256.ts';
import type { ProviderEntry } from '../domain/config/config.ts';
import type { ProviderAddress } from '../domain/provider/address.ts';
import type { Platform } from '../domain/provider/platform.ts';
import type { Version } from '../domain/provider/version.ts';
import type { ByteSource } from './bytes.ts';

/** What a lock file says of one version, proved by its signed SHA256SUMS. */
export interface LockMaterial {
  /** Every digest in SHA256SUMS. */
  readonly zips: readonly Sha256[];
  /** By `os_arch`, of the packages that are held: `h1:…`, or undefined where a zip allows none. */
  readonly installed: ReadonlyMap<string, string | undefined>;
}

/** A place that holds packages and can tell what a lock file says of them. Methods throw SyncErrors. */
export interface LockEvidence {
  /** The config's name for it. */
  readonly name: string;
  /** Versions of which the place holds something whole, in no order; none when it does not hold the provider. */
  heldVersions(address: ProviderAddress): Promise<readonly Version[]>;
  /** Undefined when the place does not hold the version. `platforms`: those whose `h1:` is wanted. */
  read(
    entry: ProviderEntry,
    version: Version,
    platforms: readonly Platform[],
  ): Promise<LockMaterial | undefined>;
}

/** Reads a package and computes what a lock file calls it. */
export interface InstalledHashReader {
  /**
   * The `h1:` over the extracted package; undefined when clients refuse such a zip. Throws DigestMismatch when the
   * bytes have another digest, and what the source throws.
   */
  read(source: ByteSource, sha256: Sha256): Promise<string | undefined>;
}
