import * as z from 'zod';
import { cloudEvent } from '../../domain/events/schema.ts';
import { REJECTION_CODES } from '../../domain/ledger-intake/rejection.ts';

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.issues.push({ code: 'custom', message: 'not JSON', input: text });
    return z.NEVER;
  }
});

/** A secret's text as JSON; other fields may stand beside the token. */
export const tokenSecret = json.pipe(z.object({ token: z.string() }));

/** The queue of runs as it is kept in S3. */
export const turnQueue = json.pipe(
  z.object({
    runs: z
      .array(z.object({ executionId: z.string().min(1), wants: z.string(), since: z.iso.datetime() }))
      .max(10_000),
  }),
);

/** `KEY.tflock`, as Terraform's backend for S3 writes it. */
export const stateLock = json.pipe(
  z.object({ ID: z.string(), Who: z.string(), Operation: z.string().default(''), Created: z.string() }),
);

/** Events that were put by together. */
export const parcel = json.pipe(z.object({ events: z.array(cloudEvent).max(10_000) }));

/** How far something has been read. */
export const bookmark = json.pipe(z.object({ until: z.iso.datetime() }));

/** The hash of the heads that were kept last; the heads themselves are read by the ledger's own schema. */
export const keptHash = json.pipe(z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) }));

/** How a workflow of the ledger's pipeline says that it ended. */
export const workflowOutput = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['stored', 'duplicate']) }),
  z.object({
    outcome: z.literal('rejected'),
    reason: z.object({
      code: z.enum(REJECTION_CODES),
      message: z.string(),
      pointer: z.string().optional(),
      schema: z.string().optional(),
      severity: z.enum(['warning', 'high']),
    }),
  }),
]);

/** What ECS tells a container of its task (version 4). */
export const taskMetadata = json.pipe(
  z.object({
    TaskARN: z
      .string()
      .regex(/^arn:[^:]+:ecs:/)
      .max(300),
  }),
);
