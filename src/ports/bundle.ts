import type { Sha256 } from '../domain/artifact/sha256.ts';
import type { ImportHistory } from '../domain/bundle/import-order.ts';
import type { BundleManifest } from '../domain/bundle/manifest.ts';
import type { ProviderAddress } from '../domain/provider/address.ts';
import type { Version } from '../domain/provider/version.ts';
import type { Destination } from './destination.ts';
import type { PublicRegistry } from './public-registry.ts';

/** A bundle that holds exactly what its manifest lists. Who signed its releases is for the reader to judge. */
export interface OpenedBundle extends AsyncDisposable {
  /** As the user named it. */
  readonly location: string;
  readonly manifest: BundleManifest;
  readonly manifestSha256: Sha256;
  /** Whether a signature over the manifest was verified with a key of the company's own. */
  readonly signatureVerified: boolean;
  /** Its releases, to sync from. */
  readonly registry: PublicRegistry;
}

/** What was imported before, kept between runs. Both methods throw SettingsInvalid when it cannot be used. */
export interface ImportHistoryStore {
  /** For messages. */
  readonly location: string;
  read(): Promise<ImportHistory>;
  write(history: ImportHistory): Promise<void>;
}

/**
 * A bundle that is being filled. Nothing of it is under its final name before `seal`. Disposing lets others go on with
 * what is there.
 */
export interface BundleDraft extends AsyncDisposable {
  /** As the user named the bundle to be. */
  readonly location: string;
  readonly destination: Destination;
  /**
   * Gives the bundle its name, whole: with these versions in it and nothing else, a manifest and, if the user has a
   * key for it, a signature. Undefined when none of them is new, and no bundle is needed.
   */
  seal(
    versions: readonly { readonly address: ProviderAddress; readonly version: Version }[],
    options?: {
      readonly signal?: AbortSignal | undefined;
      /** Bytes written so far, and of how many. */
      readonly onProgress?: (bytes: number, total: number) => void;
    },
  ): Promise<SealedBundle | undefined>;
}

export interface SealedBundle {
  readonly location: string;
  readonly manifest: BundleManifest;
  readonly manifestSha256: Sha256;
  readonly signed: boolean;
}
