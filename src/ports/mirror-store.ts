import type { Sha256 } from '../domain/artifact/sha256.ts';

/** A large file of a mirror. Keys are relative, segments separated by `/`, none of them empty, `.` or `..`. */
export interface MirrorFile {
  readonly key: string;
  readonly sha256: Sha256;
}

/** What a store tells of a file without handing it out. */
export interface StoredFile {
  /** In bytes. */
  readonly size: number;
  /** Of the whole file, where the store itself has checked it. */
  readonly sha256: Sha256 | undefined;
  /** Another one whenever the file has been written again; undefined where `sha256` says more. */
  readonly stamp: string | undefined;
}

/** A small document with what tells its writings apart. */
export interface StoredDocument {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface ListedFile {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
}

/**
 * Where a mirror's files lie: a folder, a bucket. Every method throws a SyncError; one of origin `destination`
 * unless the user is at fault (rights, a bucket that is not there).
 */
export interface MirrorStore {
  /** For messages: `s3://acme-providers/mirror`, `./mirror`. */
  readonly location: string;
  /** True where a `+` in a requested path may be read as a blank, so that such a key must exist under both. */
  readonly readsPlusAsBlank: boolean;
  /** True where clients come over the network alone; undefined where they may read the files themselves too. */
  readonly networkOnly?: boolean;

  /** At most 8 MiB; undefined when there is none. Throws DestinationResponseInvalid when it is larger. */
  readDocument(key: string): Promise<StoredDocument | undefined>;
  /**
   * Writes the document whole, provided that it still is what it was when it was read: `before` is its etag, or
   * undefined when there was none. `changed`: it is another by now, nothing was written.
   */
  writeDocument(
    key: string,
    bytes: Uint8Array,
    before: string | undefined,
    contentType: DocumentType,
  ): Promise<'written' | 'changed'>;

  /** The file as it will be once it is revealed; undefined when there is none. */
  statFile(file: MirrorFile): Promise<StoredFile | undefined>;
  /**
   * Takes the file whole or not at all: bytes of another digest throw DigestMismatch, and what `body` throws is
   * thrown on. It need not stand under its own name before `revealFiles`.
   */
  putFile(file: MirrorFile, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredFile>;
  /** Gives files that were put their names; those that have them already stay. */
  revealFiles(files: readonly MirrorFile[]): Promise<void>;
  /**
   * The bytes from `start` to before `end` (default: all), or undefined when there is no such file. With `sha256`
   * also of a file that was put and is not revealed yet; without, what a client would be given.
   */
  openFile(
    file: Pick<MirrorFile, 'key'> & Partial<MirrorFile>,
    range?: { readonly start: number; readonly end: number },
  ): Promise<{ readonly size: number; readonly body: AsyncIterable<Uint8Array> } | undefined>;

  /** Every file and document below the folder `under` ("" for all), in no order; nothing that is unfinished. */
  list(under: string): Promise<readonly ListedFile[]>;
  delete(key: string): Promise<void>;
  /** Removes what runs that died long ago have left unfinished in the folder. Never throws. */
  tidy(under: string): Promise<void>;
}

/** What pages for people are made of. */
export type PageType =
  | 'text/html; charset=utf-8'
  | 'text/javascript; charset=utf-8'
  | 'text/css; charset=utf-8'
  | 'image/svg+xml';

export type DocumentType =
  | PageType
  | 'application/json'
  | 'text/plain'
  | 'application/pgp-signature'
  | 'application/vnd.oci.image.index.v1+json';

export interface PutOptions {
  /** In bytes; undefined when it is not known before. */
  readonly size: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default `application/zip`. */
  readonly contentType?: PageType | 'application/zip' | 'application/gzip' | 'application/json';
  /** True for a file whose name may come to mean other bytes: it is not to be cached. */
  readonly mutable?: boolean;
  /**
   * True where `body` throws before its last byte unless it has the file's digest, as a transfer's does: a store need
   * not hash it once more.
   */
  readonly proved?: boolean;
}
