import { createHash } from 'node:crypto';
import { type TransferInput, transferFile } from '../../../src/application/transfer/transfer-file.ts';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import type { ByteSink, ByteSource, ResumePoint } from '../../../src/ports/bytes.ts';

export const sha256 = (bytes: Uint8Array): Sha256 =>
  createHash('sha256').update(bytes).digest('hex') as Sha256;

/** What the source does at one `open`: refuse, or give `file` in `chunk` bytes a piece and break after `bytes`. */
export interface Connection {
  readonly file: Uint8Array;
  readonly etag?: string | undefined;
  readonly announcesSize?: boolean;
  readonly takesRanges?: boolean;
  readonly chunk?: number;
  /** Bytes of this connection after which it breaks. */
  readonly breaksAfter?: number | undefined;
  /** Refuses before any byte. */
  readonly refuses?: SyncError;
}

export const unavailable = (reason = 'broken'): SyncError => new SyncError('UpstreamUnavailable', reason);

/** The connections in turn, the last one for ever; records what was asked and how many are open. */
function scripted(connections: readonly Connection[]): ByteSource & {
  readonly opens: (ResumePoint | undefined)[];
  readonly connected: { count: number };
} {
  const opens: (ResumePoint | undefined)[] = [];
  const connected = { count: 0 };
  return {
    name: 'a package',
    opens,
    connected,
    open: async (resume) => {
      const connection = connections[Math.min(opens.length, connections.length - 1)] as Connection;
      opens.push(resume);
      if (connection.refuses) throw connection.refuses;
      const { file, etag, announcesSize = true, takesRanges = true, chunk = 7 } = connection;
      const offset = resume !== undefined && takesRanges && resume.etag === etag ? resume.offset : 0;
      let at = offset;
      connected.count += 1;
      let isOpen = true;
      const close = (): void => {
        if (isOpen) connected.count -= 1;
        isOpen = false;
      };
      const end = Math.min(file.length, offset + (connection.breaksAfter ?? Number.POSITIVE_INFINITY));
      const iterator: AsyncIterator<Uint8Array> = {
        next: async () => {
          if (at >= end && end === file.length && connection.breaksAfter === undefined) {
            close();
            return { done: true, value: undefined };
          }
          if (at >= end) {
            close();
            throw unavailable();
          }
          const piece = file.subarray(at, Math.min(end, at + chunk));
          at += piece.length;
          return { done: false, value: piece };
        },
        return: async () => {
          close();
          return { done: true, value: undefined };
        },
      };
      return {
        size: announcesSize ? file.length : undefined,
        etag,
        offset,
        body: { [Symbol.asyncIterator]: () => iterator },
      };
    },
  };
}

interface Upload {
  readonly bytes: Buffer;
  readonly size: number | undefined;
}

/** Accepts a file only when its body ends; the n-th send breaks after `breaks[n]` bytes when that is a number. */
function memorySink(breaks: readonly (number | SyncError | undefined)[] = []): ByteSink & {
  readonly completed: Upload[];
  readonly sends: Upload[];
} {
  const completed: Upload[] = [];
  const sends: Upload[] = [];
  return {
    name: 'the upload',
    completed,
    sends,
    send: async (body, size) => {
      const fault = breaks[sends.length];
      const chunks: Uint8Array[] = [];
      let length = 0;
      const upload = (): Upload => ({ bytes: Buffer.concat(chunks), size });
      const index = sends.push({ bytes: Buffer.alloc(0), size }) - 1;
      try {
        if (fault instanceof SyncError) throw fault;
        for await (const chunk of body) {
          chunks.push(Uint8Array.from(chunk));
          length += chunk.length;
          if (fault !== undefined && length >= fault)
            throw new SyncError('DestinationUnavailable', 'upload broken');
        }
        completed.push(upload());
      } finally {
        sends[index] = upload();
      }
    },
  };
}

/** Files beyond the 64 KiB that are held back, so that bytes move before the verdict. */
export const FILE = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * index) % 251));
export const ETAG = '"v1"';

interface Setup extends Partial<TransferInput> {
  readonly connections: readonly Connection[];
  readonly breaks?: readonly (number | SyncError | undefined)[];
}

export function start({ connections, breaks, ...input }: Setup) {
  const source = scripted(connections);
  const sink = memorySink(breaks);
  const waits: number[] = [];
  const restarted: string[] = [];
  const outcome = transferFile({
    source,
    sink,
    expected: sha256(FILE),
    sleep: async (milliseconds) => void waits.push(milliseconds),
    random: () => 1,
    onRestart: (side) => restarted.push(side),
    ...input,
  });
  return { outcome, source, sink, waits, restarted };
}

export const good: Connection = { file: FILE, etag: ETAG, chunk: 10_000 };
