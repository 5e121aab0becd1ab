import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { CloudEvent } from '../../domain/ledger/entry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outbox, Parcel } from '../../ports/outbox.ts';
import { parcel } from './schema.ts';
import { serviceUnavailable } from './service-errors.ts';

export interface S3OutboxOptions {
  readonly s3: S3Client;
  readonly bucket: string;
  /** What the keys begin with. */
  readonly prefix: string;
  readonly clock: Clock;
}

/** Events as objects of one prefix: `PREFIX2026-08-01T08:00:00.000Z-….json`, so that they are listed oldest first. */
export function createS3Outbox({ s3, bucket: Bucket, prefix, clock }: S3OutboxOptions): Outbox {
  const location = `the outbox s3://${Bucket}/${prefix}`;
  const failing = (what: string) => (error: unknown) => {
    throw serviceUnavailable(`${what} ${location}`, error);
  };
  return {
    location,
    put: async (events) => {
      const Key = `${prefix}${clock.now().toISOString()}-${randomUUID()}.json`;
      const Body = JSON.stringify({ events });
      await s3
        .send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/json' }))
        .catch(failing('Writing to'));
    },
    waiting: async function* (): AsyncGenerator<Parcel> {
      let StartAfter: string | undefined;
      for (;;) {
        const page = await s3
          .send(new ListObjectsV2Command({ Bucket, Prefix: prefix, ...(StartAfter && { StartAfter }) }))
          .catch(failing('Listing'));
        for (const { Key } of page.Contents ?? []) {
          if (Key === undefined) continue;
          StartAfter = Key;
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key })).catch(failing('Reading'));
          yield { name: Key, events: eventsIn((await Body?.transformToString()) ?? '') };
        }
        if (page.IsTruncated !== true) return;
      }
    },
    remove: async (Key) => {
      await s3.send(new DeleteObjectCommand({ Bucket, Key })).catch(failing('Emptying'));
    },
  };
}

function eventsIn(text: string): readonly CloudEvent[] | undefined {
  const parsed = parcel.safeParse(text);
  return parsed.success ? parsed.data.events : undefined;
}
