import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { SyncError } from '../../domain/errors.ts';
import { holdBack } from '../../domain/transfer/hold-back.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { MirrorFile, PutOptions } from '../../ports/mirror-store.ts';

export interface UploadLimits {
  /** The largest file that goes up in one request, in bytes. S3 takes 5 GB. */
  readonly singlePutBytes: number;
  /** Of a part of a larger file, or of one whose size is not known: at least 5 MiB. Two are held in memory. */
  readonly partBytes: number;
}

export const UPLOAD_LIMITS: UploadLimits = { singlePutBytes: 5_000_000_000, partBytes: 16 * 1024 * 1024 };

const MAX_PARTS = 9_000;
const HELD_BACK_BYTES = 64 * 1024;

export interface Upload {
  readonly s3: S3Client;
  readonly bucket: string;
  /** The object's whole key. */
  readonly key: string;
  readonly file: MirrorFile;
  readonly body: AsyncIterable<Uint8Array>;
  readonly size: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly limits: UploadLimits;
  readonly contentType?: PutOptions['contentType'];
  readonly mutable?: PutOptions['mutable'];
  readonly proved?: PutOptions['proved'];
}

/** How clients and caches are to see the object. */
function headersOf({ contentType = 'application/zip', mutable = false }: Upload) {
  const CacheControl = mutable ? 'no-cache' : 'public, max-age=31536000, immutable';
  return { ContentType: contentType, CacheControl };
}

/**
 * Uploads a package and returns its size. S3 itself refuses other bytes where it checks `x-amz-checksum-sha256`;
 * for stores that do not, the last bytes are kept back until the digest is right, and an upload in parts is completed
 * only then. What `body` throws is thrown on, and nothing appears.
 */
export async function uploadPackage(upload: Upload): Promise<number> {
  const { size, limits, signal } = upload;
  if (signal?.aborted) throw interruptionOf(signal.reason);
  const checked = checkedBody(upload);
  if (size !== undefined && size <= limits.singlePutBytes) {
    await putWhole(upload, checked.chunks, size);
  } else {
    const parts = partsOf(checked.chunks, partBytesFor(size, limits));
    const first = await parts.next();
    const only = first.done ? Buffer.alloc(0) : first.value;
    const second = await parts.next();
    if (second.done) await putWhole(upload, oneChunk(only), only.length);
    else await putParts(upload, chained(only, second.value, parts));
  }
  return checked.bytes();
}

function partBytesFor(size: number | undefined, { partBytes }: UploadLimits): number {
  return Math.max(partBytes, Math.ceil((size ?? 0) / MAX_PARTS));
}

function checkedBody({ body, file, size, bucket, proved }: Upload) {
  const hash = proved ? undefined : createHash('sha256');
  let bytes = 0;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      hash?.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  const approve = (): void => {
    const digest = hash?.digest('hex') ?? file.sha256;
    if (digest === file.sha256 && (size === undefined || size === bytes)) return;
    throw new SyncError(
      'DigestMismatch',
      `${file.key} came to s3://${bucket} as ${bytes} bytes with the SHA-256 ${digest}, ` +
        `SHA256SUMS lists ${file.sha256}${size === undefined ? '' : `, and ${size} bytes were announced`}. It was not kept.`,
    );
  };
  return { chunks: holdBack(hashed(), HELD_BACK_BYTES, approve), bytes: () => bytes };
}

async function putWhole(upload: Upload, chunks: AsyncIterable<Uint8Array>, size: number): Promise<void> {
  const { s3, bucket, key, file, signal } = upload;
  const stream = feed(chunks);
  const abortSignal = signal ? AbortSignal.any([signal, stream.broken]) : stream.broken;
  try {
    await s3.send(
      new PutObjectCommand({
        ...headersOf(upload),
        Bucket: bucket,
        Key: key,
        Body: stream.readable,
        ContentLength: size,
        ChecksumSHA256: Buffer.from(file.sha256, 'hex').toString('base64'),
        Metadata: { sha256: file.sha256 },
      }),
      { abortSignal },
    );
  } catch (error) {
    if (stream.broken.aborted) throw stream.broken.reason;
    if (signal?.aborted) throw interruptionOf(signal.reason);
    throw error;
  } finally {
    stream.close();
  }
}

/**
 * A stream for the SDK that never fails: an error on it would end the process, or leave the request waiting for
 * ever. When `chunks` break off it stands still, and `broken` is aborted with what they threw.
 */
function feed(chunks: AsyncIterable<Uint8Array>) {
  const iterator = chunks[Symbol.asyncIterator]();
  const broken = new AbortController();
  const readable = new Readable({
    highWaterMark: HELD_BACK_BYTES,
    read: () => {
      iterator.next().then(
        ({ done, value }) => readable.push(done ? null : value),
        (error: unknown) => broken.abort(error),
      );
    },
  });
  readable.on('error', () => {});
  const close = (): void => {
    readable.destroy();
    // Not waited for: a body that stands still gives no answer before its own end.
    void iterator.return?.()?.then(undefined, () => undefined);
  };
  return { readable, broken: broken.signal, close };
}

async function putParts(upload: Upload, parts: AsyncIterable<Buffer>): Promise<void> {
  const { s3, bucket, key, file, signal } = upload;
  const target = { Bucket: bucket, Key: key };
  const options = signal ? { abortSignal: signal } : {};
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...headersOf(upload), ...target, Metadata: { sha256: file.sha256 } }),
    options,
  );
  if (UploadId === undefined) {
    throw new SyncError('DestinationResponseInvalid', `s3://${bucket} began an upload without an id.`);
  }
  try {
    const etags: { PartNumber: number; ETag: string | undefined }[] = [];
    const sendPart = async (PartNumber: number, Body: Buffer): Promise<void> => {
      const part = { ...target, UploadId, PartNumber, Body, ContentLength: Body.length };
      const { ETag } = await s3.send(new UploadPartCommand(part), options);
      etags.push({ PartNumber, ETag });
    };
    // The next part is gathered while one is on its way.
    let sending: Promise<void> = Promise.resolve();
    let number = 0;
    for await (const part of parts) {
      await sending;
      number += 1;
      sending = sendPart(number, part);
      sending.catch(() => undefined);
    }
    await sending;
    const MultipartUpload = { Parts: etags.toSorted((a, b) => a.PartNumber - b.PartNumber) };
    await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }), options);
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => undefined);
    throw signal?.aborted ? interruptionOf(signal.reason) : error;
  }
}

async function* partsOf(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer, undefined> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + size - bytes);
      held.push(piece);
      bytes += piece.length;
      at += piece.length;
      if (bytes === size) {
        yield Buffer.concat(held);
        held = [];
        bytes = 0;
      }
    }
  }
  if (bytes > 0) yield Buffer.concat(held);
  return undefined;
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

async function* chained(first: Buffer, second: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield second;
  yield* rest;
}
