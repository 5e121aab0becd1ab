import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { QueuedRun } from '../../domain/deployment/turn.ts';
import { SyncError } from '../../domain/errors.ts';
import type { TurnQueue } from '../../ports/turn-queue.ts';
import { turnQueue } from './schema.ts';
import { isUnanswered, serviceErrorOf, serviceUnavailable } from './service-errors.ts';

/** The queue as one small JSON object, changed by conditional writes only. */
export function createS3TurnQueue(
  s3: S3Client,
  place: { readonly bucket: string; readonly key: string },
): TurnQueue {
  const object = { Bucket: place.bucket, Key: place.key };
  const location = `the queue of runs s3://${place.bucket}/${place.key}`;
  return {
    async read() {
      try {
        const { Body, ETag } = await s3.send(new GetObjectCommand(object));
        return { runs: readRuns((await Body?.transformToString()) ?? ''), revision: ETag };
      } catch (cause) {
        const { status } = serviceErrorOf(cause);
        // S3 answers 403 also for an object that is not there, when the caller may not list the bucket.
        if (status === 404 || status === 403) return { runs: [], revision: undefined };
        throw serviceUnavailable(`Reading ${location}`, cause);
      }
    },
    async write(runs, revision) {
      // Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes".
      const condition = revision === undefined ? { IfNoneMatch: '*' } : { IfMatch: revision };
      const content = { Body: JSON.stringify({ runs }), ContentType: 'application/json' };
      try {
        await s3.send(new PutObjectCommand({ ...object, ...content, ...condition }));
        return true;
      } catch (cause) {
        const error = serviceErrorOf(cause);
        // 412: changed by another; 409: another is changing it; 404: deleted since it was read.
        if (error.status === 412 || error.status === 409 || error.status === 404) return false;
        if (isUnanswered(error)) throw serviceUnavailable(`Writing ${location}`, cause);
        throw new SyncError(
          'ConfigUnreadable',
          `S3 refuses to keep ${location} (${error.name}). Allow the function's role to write this one object.`,
          { cause },
        );
      }
    },
  };
}

/** What cannot be read counts as an empty queue, so that an object that somebody spoiled stops no run. */
function readRuns(text: string): readonly QueuedRun[] {
  const parsed = turnQueue.safeParse(text);
  return parsed.success ? parsed.data.runs : [];
}
