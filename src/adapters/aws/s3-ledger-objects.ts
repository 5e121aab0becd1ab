import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { SyncError } from '../../domain/errors.ts';
import { parseHeads } from '../../domain/ledger/heads/schema.ts';
import type { Bookmark } from '../../ports/bookmark.ts';
import type { HeadsArchive } from '../../ports/heads-archive.ts';
import { bookmark, keptHash } from './schema.ts';
import { serviceErrorOf, serviceUnavailable } from './service-errors.ts';

interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** A time in one small JSON object. */
export function createS3Bookmark(s3: S3Client, place: Place): Bookmark {
  return {
    read: async () => {
      const parsed = bookmark.safeParse(await readText(s3, place));
      // What somebody spoiled counts as never read: to tell twice is better than not at all.
      return parsed.success ? new Date(parsed.data.until) : undefined;
    },
    write: (until) => writeJson(s3, place, { until: until.toISOString() }),
  };
}

/** Heads as the versions of one object, in a bucket that keeps every version. */
export function createS3HeadsArchive(s3: S3Client, place: Place): HeadsArchive {
  const { bucket: Bucket, key } = place;
  const location = `s3://${Bucket}/${key}`;
  return {
    location,
    newestHash: async () => {
      const parsed = keptHash.safeParse(await readText(s3, place));
      return parsed.success ? parsed.data.hash : undefined;
    },
    add: (document) => writeJson(s3, place, document),
    all: async function* () {
      let markers = {};
      for (;;) {
        const page = await s3
          .send(new ListObjectVersionsCommand({ Bucket, Prefix: key, ...markers }))
          .catch((error: unknown) => {
            throw serviceUnavailable(`Listing the versions of ${location}`, error);
          });
        for (const { Key, VersionId } of page.Versions ?? []) {
          if (Key !== key || VersionId === undefined) continue;
          const heads = parseHeads((await readText(s3, place, VersionId)) ?? '');
          if (heads === undefined) {
            throw new SyncError(
              'ArgumentsInvalid',
              `${location} holds no heads in its version ${VersionId}.`,
            );
          }
          yield heads;
        }
        if (page.IsTruncated !== true) return;
        markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
    },
  };
}

/** Undefined when there is no such object, or nobody may say so: S3 answers 403 then to who may not list the bucket. */
async function readText(
  s3: S3Client,
  { bucket, key }: Place,
  VersionId?: string,
): Promise<string | undefined> {
  try {
    const version = VersionId === undefined || VersionId === 'null' ? {} : { VersionId };
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...version }));
    return await Body?.transformToString();
  } catch (error) {
    const { status } = serviceErrorOf(error);
    if (status === 404 || (status === 403 && VersionId === undefined)) return undefined;
    throw serviceUnavailable(`Reading s3://${bucket}/${key}`, error);
  }
}

async function writeJson(s3: S3Client, { bucket, key }: Place, value: unknown): Promise<void> {
  const content = { Body: JSON.stringify(value), ContentType: 'application/json' };
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, ...content })).catch((error: unknown) => {
    throw serviceUnavailable(`Writing s3://${bucket}/${key}`, error);
  });
}
