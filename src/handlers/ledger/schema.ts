import * as z from 'zod';
import { cloudEvent } from '../../domain/events/schema.ts';
import type { CloudEvent } from '../../domain/ledger/entry.ts';
import { intakeRules } from '../../domain/ledger-intake/schema.ts';

/** A batch as Lambda's mapping hands it over. */
export const sqsBatch = z.object({
  Records: z.array(
    z
      .object({
        messageId: z.string().min(1),
        receiptHandle: z.string(),
        body: z.string(),
        attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().min(1) }),
      })
      .transform(({ messageId, receiptHandle, body, attributes }) => ({
        id: messageId,
        receipt: receiptHandle,
        body,
        receives: attributes.ApproximateReceiveCount,
      })),
  ),
});

/** What the state machine is started with: any object. */
export const messageEvent = z.object({ event: z.record(z.string(), z.unknown()) });

const sound = cloudEvent.transform((event) => event as CloudEvent);

export const judgedEvent = z.object({ event: sound, rules: intakeRules });

export const finishedEvent = z.object({ event: sound });

/** EventBridge's "Object Created" of S3. */
export const uploadedType = z
  .object({
    detail: z.object({ object: z.object({ key: z.string().min(1), 'version-id': z.string().optional() }) }),
  })
  .transform(({ detail: { object } }) => ({ key: object.key, versionId: object['version-id'] }));
