import { PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns';
import { SyncError } from '../../domain/errors.ts';
import type { CloudEvent } from '../../domain/ledger/entry.ts';
import type { Appended } from '../../ports/ledger.ts';
import { serviceUnavailable } from './service-errors.ts';

/** What one message may have, in bytes: the ledger's pipeline takes no larger events. */
const MAX_EVENT_BYTES = 64_000;
/** What one request may have; SNS takes 256 KiB and ten messages. */
const MAX_BATCH_BYTES = 240_000;
const MAX_BATCH = 10;

/**
 * Publishes events to a topic from where the ledger's pipeline takes them. Resolves when the topic has every one.
 * Throws ServiceUnavailable, ServiceUnreachable, and ArgumentsInvalid when one is too large.
 */
export function createSnsEvents({ sns, topicArn }: { readonly sns: SNSClient; readonly topicArn: string }): {
  readonly location: string;
  append(events: readonly CloudEvent[]): Promise<readonly Appended[]>;
} {
  const location = `the topic ${topicArn}`;
  return {
    location,
    append: async (events) => {
      for (const batch of batchesOf(events.map((event) => JSON.stringify(event)))) {
        const PublishBatchRequestEntries = batch.map((Message, index) => ({ Id: String(index), Message }));
        const { Failed = [] } = await sns
          .send(new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries }))
          .catch((error: unknown) => {
            throw serviceUnavailable(`Publishing to ${location}`, error);
          });
        // The call succeeds also when the topic took only some.
        if (Failed.length > 0) {
          const why = Failed[0]?.Code ?? 'unknown';
          throw new SyncError(
            'ServiceUnavailable',
            `${location} did not take ${Failed.length} of ${batch.length} events for now (${why}).`,
          );
        }
      }
      return events.map(() => 'queued');
    },
  };
}

function batchesOf(messages: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message);
    if (size > MAX_EVENT_BYTES) {
      throw new SyncError('ArgumentsInvalid', `An event of ${size} bytes is too large to be published.`);
    }
    const last = batches.at(-1);
    if (last === undefined || last.length === MAX_BATCH || bytes + size > MAX_BATCH_BYTES) {
      batches.push([message]);
      bytes = size;
    } else {
      last.push(message);
      bytes += size;
    }
  }
  return batches;
}
