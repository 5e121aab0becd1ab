import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { parseSha256, type Sha256 } from '../../domain/artifact/sha256.ts';
import { SyncError } from '../../domain/errors.ts';
import type { ListedFile, MirrorStore, StoredDocument } from '../../ports/mirror-store.ts';
import type { S3Location } from './s3-mirror-client.ts';
import { isMissing, s3Failure } from './s3-mirror-failures.ts';
import { UPLOAD_LIMITS, type UploadLimits, uploadPackage } from './s3-mirror-upload.ts';
import { serviceErrorOf } from './service-errors.ts';

export interface S3MirrorStoreOptions extends S3Location {
  /** As createMirrorS3Client makes it. */
  readonly s3: S3Client;
  readonly limits?: UploadLimits;
}

const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
const MAX_PAGES = 10_000;

/**
 * A mirror in a bucket, under a prefix. Documents are written on the condition that they still are what was read
 * (`If-Match`, `If-None-Match`); packages are whole objects or none. Documents are not to be cached, packages for
 * ever.
 */
export function createS3MirrorStore(options: S3MirrorStoreOptions): MirrorStore {
  const { s3, bucket, prefix } = options;
  const limits = options.limits ?? UPLOAD_LIMITS;
  const objectKey = (key: string) => (prefix === '' ? key : `${prefix}/${key}`);
  const target = (key: string) => ({ Bucket: bucket, Key: objectKey(key) });
  const url = (key: string) => `s3://${bucket}/${objectKey(key)}`;
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw s3Failure(what, error);
    }
  };
  const list = (under: string) =>
    attempt(`Listing ${url(under)}`, () => listAll(s3, bucket, objectKey(under), prefix));
  return {
    location: prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`,
    readsPlusAsBlank: true,
    networkOnly: true,
    readDocument: (key) =>
      attempt(`Reading ${url(key)}`, async () => {
        const answer = await s3.send(new GetObjectCommand(target(key))).catch(unlessMissing);
        return answer && (await documentOf(answer, url(key)));
      }),
    writeDocument: (key, bytes, before, contentType) =>
      attempt(`Writing ${url(key)}`, async () => {
        const put = new PutObjectCommand({
          ...target(key),
          ...(before === undefined ? { IfNoneMatch: '*' } : { IfMatch: before }),
          Body: bytes,
          ContentLength: bytes.length,
          ContentType: contentType,
          CacheControl: 'no-cache',
          ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
        });
        try {
          await s3.send(put);
          return 'written';
        } catch (error) {
          if (hasChanged(error, before)) return 'changed';
          throw error;
        }
      }),
    statFile: (file) =>
      attempt(`Reading ${url(file.key)}`, async () => {
        const head = new HeadObjectCommand({ ...target(file.key), ChecksumMode: 'ENABLED' });
        const answer = await s3.send(head).catch(unlessMissing);
        if (answer === undefined) return undefined;
        return { size: answer.ContentLength ?? 0, sha256: digestOf(answer), stamp: answer.ETag };
      }),
    putFile: async (file, body, { size, signal, contentType, mutable, proved }) => {
      const upload = {
        s3,
        bucket,
        key: objectKey(file.key),
        file,
        body: guarded(body),
        size,
        signal,
        limits,
        ...(contentType === undefined ? {} : { contentType }),
        ...(mutable === undefined ? {} : { mutable }),
        ...(proved === undefined ? {} : { proved }),
      };
      try {
        return { size: await uploadPackage(upload), sha256: file.sha256, stamp: undefined };
      } catch (error) {
        throw error instanceof SourceBroke ? error.cause : s3Failure(`Uploading ${url(file.key)}`, error);
      }
    },
    // An object is there whole or not at all, and no client asks for one that no document names.
    revealFiles: async () => {},
    openFile: ({ key }, range) =>
      attempt(`Reading ${url(key)}`, async () => {
        if (range !== undefined && range.end <= range.start) return { size: 0, body: emptyBody() };
        const Range = range && { Range: `bytes=${range.start}-${range.end - 1}` };
        const answer = await s3.send(new GetObjectCommand({ ...target(key), ...Range })).catch(unlessMissing);
        if (answer === undefined) return undefined;
        return { size: answer.ContentLength ?? 0, body: bodyOf(answer, `Reading ${url(key)}`) };
      }),
    list,
    delete: async (key) => {
      await attempt(`Deleting ${url(key)}`, () => s3.send(new DeleteObjectCommand(target(key))));
    },
    // Uploads in parts that were never completed are the bucket's lifecycle rule's business.
    tidy: async () => {},
  };
}

const unlessMissing = (error: unknown): undefined => {
  if (isMissing(error)) return undefined;
  throw error;
};

/** Tells what the source threw from what S3 said, whatever it is that the source threw. */
class SourceBroke extends Error {}

async function* guarded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new SourceBroke('the source broke', { cause });
  }
}

/** 409: another write runs at this moment. 404 with a condition: it was deleted since it was read. */
function hasChanged(error: unknown, before: string | undefined): boolean {
  const { name, status } = serviceErrorOf(error);
  if (name === 'NoSuchBucket') return false;
  return status === 412 || status === 409 || (status === 404 && before !== undefined);
}

async function documentOf(answer: GetObjectCommandOutput, url: string): Promise<StoredDocument> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of bodyOf(answer, `Reading ${url}`)) {
    bytes += chunk.length;
    if (bytes > MAX_DOCUMENT_BYTES) {
      throw new SyncError(
        'DestinationResponseInvalid',
        `${url} is far larger than such a document needs. Remove it and run again.`,
      );
    }
    chunks.push(chunk);
  }
  if (answer.ETag === undefined) {
    throw new SyncError('DestinationResponseInvalid', `${url} came without an ETag.`);
  }
  return { bytes: Buffer.concat(chunks), etag: answer.ETag };
}

/** Only a digest of the whole object counts; one of an upload in parts is composed of the parts' own. */
function digestOf({ ChecksumSHA256, ChecksumType, Metadata }: HeadObjectCommandOutput): Sha256 | undefined {
  if (ChecksumSHA256 !== undefined && ChecksumType !== 'COMPOSITE' && !ChecksumSHA256.includes('-')) {
    return parseSha256(Buffer.from(ChecksumSHA256, 'base64').toString('hex'));
  }
  // Set when the upload began; completed only once the bytes were found to be these.
  return parseSha256(Metadata?.['sha256'] ?? '');
}

/** A connection that nobody reads from is given up by `return`, also before the first `next`. */
function bodyOf({ Body }: GetObjectCommandOutput, what: string): AsyncIterable<Uint8Array> {
  const stream = Body as Readable | undefined;
  if (stream === undefined) return emptyBody();
  return {
    [Symbol.asyncIterator]: () => {
      const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      return {
        next: async () => {
          try {
            return await chunks.next();
          } catch (error) {
            throw s3Failure(what, error);
          }
        },
        return: async () => {
          stream.destroy();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

async function listAll(
  s3: S3Client,
  bucket: string,
  under: string,
  prefix: string,
): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = [];
  const skipped = prefix === '' ? 0 : prefix.length + 1;
  let token: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: under, ContinuationToken: token }),
    );
    for (const { Key, Size } of answer.Contents ?? []) {
      if (Key !== undefined && Size !== undefined) files.push({ key: Key.slice(skipped), size: Size });
    }
    if (answer.NextContinuationToken === undefined) return files;
    if (answer.NextContinuationToken === token) break;
    token = answer.NextContinuationToken;
  }
  throw new SyncError('ListingIncomplete', `The listing of s3://${bucket}/${under} does not come to an end.`);
}
