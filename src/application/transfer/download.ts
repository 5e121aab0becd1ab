import { createHash, type Hash } from 'node:crypto';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { isSyncError, SyncError } from '../../domain/errors.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { ByteSource, OpenedBytes, ResumePoint } from '../../ports/bytes.ts';
import type { Patience } from './pacing.ts';

export interface DownloadTerms {
  readonly source: ByteSource;
  readonly maxBytes: number;
  readonly patience: Patience;
  /** Aborted when the bytes are not wanted any more. */
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** Of a download whose digest is known beforehand. */
export interface ApprovedTerms extends DownloadTerms {
  readonly expected: Sha256;
}

/** One file on its way, across any number of connections. */
export interface Download {
  readonly size: number | undefined;
  readonly hash: Hash;
  opened: OpenedBytes;
  bytes: number;
  resumes: number;
  /** Every byte passed and the digest is the expected one. */
  approved: boolean;
  /** What ended the download, when it was the download that ended: to tell it from an upload that broke. */
  failure: unknown;
}

/** Thrown within a transfer: what has been sent is of no use, and beginning at the first byte again may help. */
export class RestartNeeded extends Error {
  readonly side: 'download' | 'upload';
  /** Why; what to throw when there are no restarts left. */
  readonly reason: SyncError;
  /** The file from its first byte on, when it is open already. */
  readonly opened: OpenedBytes | undefined;

  constructor(side: 'download' | 'upload', reason: SyncError, opened?: OpenedBytes) {
    super(reason.message, { cause: reason });
    this.name = 'RestartNeeded';
    this.side = side;
    this.reason = reason;
    this.opened = opened;
  }
}

/** Throws what `source.open` throws, and UpstreamResponseInvalid when the file is announced too large. */
export async function beginDownload(terms: DownloadTerms, fresh: OpenedBytes | undefined): Promise<Download> {
  const opened = fresh ?? (await openPatiently(terms));
  const download = { opened, size: opened.size, hash: createHash('sha256'), bytes: 0, resumes: 0 };
  if (opened.size !== undefined && opened.size > terms.maxBytes) {
    await discard(opened);
    throw tooLong(terms.source.name, terms.maxBytes);
  }
  return { ...download, approved: false, failure: undefined };
}

/**
 * The bytes of the file, hashed as they pass. A connection that breaks is followed by one that goes on where it
 * broke; throws RestartNeeded when the rest cannot be proved to belong to what has passed.
 */
export async function* bytesOf(terms: DownloadTerms, download: Download): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const broken = yield* bytesUntilBreak(terms, download);
      if (broken === undefined) return;
      download.opened = await goOn(terms, download, broken);
      download.resumes += 1;
    }
  } catch (error) {
    download.failure = error;
    throw error;
  }
}

async function* bytesUntilBreak(
  terms: DownloadTerms,
  download: Download,
): AsyncGenerator<Uint8Array, SyncError | undefined> {
  const { source, maxBytes, patience, signal, onBytes } = terms;
  const { size, hash } = download;
  try {
    for await (const chunk of download.opened.body) {
      if (signal.aborted) break;
      download.bytes += chunk.length;
      if (download.bytes > Math.min(maxBytes, size ?? maxBytes)) throw tooLong(source.name, size ?? maxBytes);
      patience.arrived(chunk.length);
      hash.update(chunk);
      onBytes(download.bytes);
      yield chunk;
    }
  } catch (error) {
    if (!isPassing(error)) throw error;
    return error;
  }
  if (signal.aborted) throw interruptionOf(signal.reason);
  return size === undefined || download.bytes === size
    ? undefined
    : endedEarly(source.name, download.bytes, size);
}

async function goOn(terms: DownloadTerms, download: Download, broken: SyncError): Promise<OpenedBytes> {
  const { bytes, size } = download;
  const { etag } = download.opened;
  if (bytes > 0 && etag === undefined) throw new RestartNeeded('download', broken);
  const resume = bytes > 0 && etag !== undefined ? { offset: bytes, etag } : undefined;
  const opened = await openPatiently(terms, resume, broken);
  const sameSize = opened.size === size || opened.size === undefined;
  if (opened.offset === bytes && sameSize) return opened;
  if (opened.offset === 0) throw new RestartNeeded('download', broken, opened);
  await discard(opened);
  throw new RestartNeeded('download', broken);
}

async function openPatiently(
  terms: DownloadTerms,
  resume?: ResumePoint,
  broken?: SyncError,
): Promise<OpenedBytes> {
  const { source, patience, signal } = terms;
  for (let reason = broken; ; ) {
    if (reason !== undefined) await patience.broken(reason, signal);
    if (signal.aborted) throw interruptionOf(signal.reason);
    try {
      const opened = await source.open(resume);
      if (!signal.aborted) return opened;
      await discard(opened);
    } catch (error) {
      if (!isPassing(error)) throw error;
      reason = error;
    }
  }
}

/** To be called when all bytes have passed. Throws DigestMismatch. */
export function approve({ source, expected }: ApprovedTerms, download: Download): void {
  const actual = download.hash.digest('hex');
  download.approved = actual === expected;
  if (download.approved) return;
  const mismatch = new SyncError(
    'DigestMismatch',
    `${source.name}: its SHA-256 is ${actual}, expected ${expected} (${download.bytes} bytes). ` +
      'It was not completed at the destination. Try again; if it stays so, tell the publisher.',
  );
  // A resumed file may be two files joined by a wrong ETag: from a single connection it is worth another look.
  download.failure = download.resumes > 0 ? new RestartNeeded('download', mismatch) : mismatch;
  throw download.failure;
}

/** Gives the connection up. */
export async function discard(opened: OpenedBytes): Promise<void> {
  await opened.body[Symbol.asyncIterator]().return?.();
}

export function isPassing(error: unknown): error is SyncError {
  return isSyncError(error) && error.retryable;
}

function tooLong(name: string, most: number): SyncError {
  return new SyncError(
    'UpstreamResponseInvalid',
    `${name}: it has more than ${most} bytes, which were announced or are allowed.`,
  );
}

function endedEarly(name: string, bytes: number, size: number): SyncError {
  return new SyncError('UpstreamUnavailable', `${name}: the download ended after ${bytes} of ${size} bytes.`);
}
