import * as z from 'zod';
import { isDeploymentId } from '../../../domain/deployment-request/request.ts';

/**
 * Records of the table's stream. Of each only the key is read: an image is a past moment, and the row says what is.
 * A key that cannot be one of a request is undefined.
 */
export const streamEvent = z.object({
  Records: z
    .array(
      z
        .object({
          dynamodb: z.object({
            SequenceNumber: z.string().min(1).max(100),
            Keys: z.object({ id: z.object({ S: z.string() }).partial() }).partial(),
          }),
        })
        .transform(({ dynamodb: { SequenceNumber, Keys } }) => ({
          sequence: SequenceNumber,
          id: isDeploymentId(Keys.id?.S ?? '') ? Keys.id?.S : undefined,
        })),
    )
    .max(10_000),
});

const id = z.string().refine(isDeploymentId, 'is no id of a deployment');

/** How a task ended, in Step Functions' own words, for people. */
const task = z.object({ Error: z.string().optional(), Cause: z.string().optional() });

/** What a workflow's state hands over. */
export const followEvent = z.object({
  executionId: z.string().min(1),
  id,
  generation: z.int().min(1),
  /** How the workflow's last task ended; absent before the first. */
  task: task.nullable().default(null),
});

/** What there is to be told: a deployment that failed, or what a look for drift found. */
export const notifyEvent = z.union([
  z.object({ executionId: z.string().min(1), id }),
  z.object({ executionId: z.string().min(1), drift: z.object({ task }) }),
]);

export const monitorEvent = z.object({}).loose();
