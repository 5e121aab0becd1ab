import type { PageType, StoredDocument } from './mirror-store.ts';

/** What a reader's browser is told that a file is. */
export type CatalogueMediaType = PageType | 'application/json';

/** One file of the page, as it is served. */
export interface PageFile {
  /** Relative to the catalogue's folder: `index.html`, `assets/page-3f2a….js`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly type: CatalogueMediaType;
}

/**
 * Where a catalogue lies: a folder, a bucket. Paths are relative, segments separated by `/`. Every method throws a
 * SyncError of origin `destination` unless the user is at fault.
 */
export interface CatalogueStore {
  /** For messages: `s3://acme-providers/mirror/catalogue`. */
  readonly location: string;
  /** At most 8 MiB; undefined when there is none. */
  read(path: string): Promise<StoredDocument | undefined>;
  /** Writes a file under a name that is never written again, whole or not at all: readers may keep it for ever. */
  put(path: string, bytes: Uint8Array, type: CatalogueMediaType): Promise<void>;
  /**
   * Writes a file whole whose name stays, provided that it still is what it was when it was read: `before` is its
   * etag, undefined when there was none. `changed`: it is another by now, nothing was written. Readers ask for it anew.
   */
  replace(
    path: string,
    bytes: Uint8Array,
    before: string | undefined,
    type: CatalogueMediaType,
  ): Promise<'written' | 'changed'>;
  /** The path of every file, in no order. */
  list(): Promise<readonly string[]>;
  /** Also resolves when there is none. */
  delete(path: string): Promise<void>;
}
