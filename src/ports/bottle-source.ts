import type { BottleIndex, BottleManifest } from '../domain/bottle/bottle-index.ts';
import type { Catalog } from '../domain/bottle/formula.ts';
import type { SnapshotApi } from '../domain/bottle/snapshot.ts';
import type { ByteSource } from './bytes.ts';

/** A signed API file, proved, with its exact bytes. */
export interface ProvedApi extends SnapshotApi {
  bytes(): Uint8Array;
}

/**
 * The signed formulae API. All throw SigningKeyUnknown, SignatureMalformed, SignatureInvalid, UpstreamResponseInvalid
 * (too large, not what it should be), ReleaseFileMissing, and what the connection does.
 */
export interface FormulaeApi {
  /** `internal/packages.TAG.jws.json`: what a host of the tag sees, fallbacks to other tags resolved. */
  readPackages(tag: string): Promise<{ readonly api: ProvedApi; readonly catalog: Catalog }>;
  /** `formula.jws.json`, as hosts of each tag see it. */
  readFormulae(
    tags: readonly string[],
  ): Promise<{ readonly api: ProvedApi; readonly catalogs: readonly Catalog[] }>;
  /** A file that clients want and that says nothing of bottles: `cask.jws.json`. */
  readOther(path: string): Promise<ProvedApi>;
  /** Proves a file that was read elsewhere; the `kid` of the key that signed it. */
  prove(path: string, bytes: Uint8Array): Promise<string>;
}

/** Where the bottles are. What is missing is ReleaseFileMissing; a refusal never counts as missing. */
export interface BottleRegistry {
  /** The index under a ref, with its exact bytes, held to the digest that the registry tells. */
  readIndex(image: string, ref: string): Promise<{ readonly bytes: Uint8Array; readonly index: BottleIndex }>;
  /** The manifest that an entry points to. Throws DigestMismatch when its digest or size is another. */
  readManifest(
    image: string,
    entry: { readonly digest: string; readonly size: number },
  ): Promise<BottleManifest>;
  /** The bytes of a bottle. To be asked only after an index of its image. */
  bottleSource(bottle: {
    readonly image: string;
    readonly sha256: string;
    readonly filename: string;
  }): ByteSource;
}
