/** Where to go on in a file whose first `offset` bytes are already here. */
export interface ResumePoint {
  readonly offset: number;
  /** A strong validator: bytes after `offset` are taken only from the same representation. */
  readonly etag: string;
}

export interface OpenedBytes {
  /** The whole file's size in bytes, also when resumed; undefined when the server does not say. */
  readonly size: number | undefined;
  /** A strong ETag, when the server gave one and takes byte ranges: the file can be resumed. */
  readonly etag: string | undefined;
  /** 0, or the resume point's offset when the server honoured it. */
  readonly offset: number;
  /**
   * To be read once. Its iterator's `return` gives the connection up, also before the first `next`: call it when
   * the bytes are not wanted after all.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

/** A file to read, once or several times. What breaks surfaces as a SyncError from `open` or the body. */
export interface ByteSource {
  /** For messages: names the file, never a secret link. */
  readonly name: string;
  open(resume?: ResumePoint): Promise<OpenedBytes>;
}

/** What the sender of a body vouches for. */
export interface BodyTerms {
  /**
   * The body throws before its last byte unless it has the file's digest, as a transfer's does: whoever takes it need
   * not hash it once more.
   */
  readonly proved?: boolean;
}

/** A place to write one file to. `send` resolves when the destination has accepted the whole file. */
export interface ByteSink {
  readonly name: string;
  /**
   * Sends `body`. When the body throws, the request is broken off before its last byte, so that the
   * destination never takes it for complete, and the body's error is thrown on.
   */
  send(body: AsyncIterable<Uint8Array>, size: number | undefined, terms?: BodyTerms): Promise<void>;
}
