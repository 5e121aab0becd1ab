import { createHash } from 'node:crypto';
import { backOffMs } from '../../domain/back-off.ts';
import { isSyncError, traceOf } from '../../domain/errors.ts';
import { readMessage } from '../../domain/ledger-intake/message.ts';
import type { Rejection } from '../../domain/ledger-intake/rejection.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MessageQueue, QueuedMessage } from '../../ports/message-queue.ts';
import type { Workflow, WorkflowEnd } from '../../ports/workflow.ts';

export interface BatchPorts {
  readonly workflow: Workflow;
  /** Where the messages come from: those that failed are shown again after a while. */
  readonly queue: Pick<MessageQueue, 'hide'>;
  readonly rejected: Pick<MessageQueue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface BatchOptions {
  /** The first wait before a message that failed is shown again; it doubles with each receipt. */
  readonly retrySeconds: number;
  /** Whether there is time to begin another workflow. */
  readonly hasTime: () => boolean;
  /** Tells what became of a message. */
  readonly told: (message: QueuedMessage, end: WorkflowEnd) => void;
}

const LONGEST_WAIT_MS = 900_000;
/** What a message that is no event is shown by. */
const SHOWN_CHARACTERS = 1024;

/**
 * Works through one batch and answers the ids of the messages that have to come again. Messages of one stream go one
 * after another, in their order, as far as a queue has one; of different streams side by side. A message never holds up
 * another: what is bad is rejected, what failed comes again by itself.
 */
export async function takeBatch(
  ports: BatchPorts,
  messages: readonly QueuedMessage[],
  options: BatchOptions,
): Promise<readonly string[]> {
  const lanes = new Map<string, QueuedMessage[]>();
  for (const message of messages) {
    const lane = laneOf(message);
    lanes.set(lane, [...(lanes.get(lane) ?? []), message]);
  }
  const failed = await Promise.all(
    [...lanes.values()].map(async (lane) => {
      const again: string[] = [];
      for (const message of lane) {
        const end = options.hasTime() ? await takeMessage(ports, message) : OUT_OF_TIME;
        options.told(message, end);
        if (end.outcome !== 'failed') continue;
        again.push(message.id);
        await showLater(ports, message, options.retrySeconds);
      }
      return again;
    }),
  );
  return failed.flat();
}

const OUT_OF_TIME: WorkflowEnd = {
  outcome: 'failed',
  error: 'DeadlineNear',
  cause: 'The time of this batch is up; the message comes again.',
};

/** By what shares a stream, as far as that shows before the rules of the type are known. */
function laneOf({ id, body }: QueuedMessage): string {
  const read = readMessage(body);
  if ('rejection' in read) return `message ${id}`;
  const { source, subject, partitionkey } = read.event;
  return `stream ${JSON.stringify(partitionkey ?? subject ?? source ?? id)}`;
}

async function takeMessage(ports: BatchPorts, message: QueuedMessage): Promise<WorkflowEnd> {
  try {
    const read = readMessage(message.body);
    if ('event' in read) return await ports.workflow.run(read.event);
    const rejected = rejectedMessage(message, read.rejection, ports.clock.now());
    await ports.rejected.send(rejected, { code: read.rejection.code });
    return { outcome: 'rejected', reason: read.rejection };
  } catch (error) {
    return {
      outcome: 'failed',
      error: error instanceof Error ? error.name : 'Error',
      cause: isSyncError(error) ? error.message : traceOf(error),
    };
  }
}

/** What is no event cannot be sent again as one: its beginning and a hash say which message it was. */
function rejectedMessage({ id, body }: QueuedMessage, reason: Rejection, now: Date): string {
  return JSON.stringify({
    reason,
    message: {
      id,
      begins: body.slice(0, SHOWN_CHARACTERS).toWellFormed(),
      sha256: createHash('sha256').update(body, 'utf8').digest('hex'),
    },
    rejected: now.toISOString(),
  });
}

/**
 * Best effort: without it the message is shown again when the queue's own time is up. Not at random: what comes back
 * together is bounded by the mapping, and eight times have to last for most of an hour.
 */
async function showLater(ports: BatchPorts, message: QueuedMessage, retrySeconds: number): Promise<void> {
  const terms = { baseDelayMs: retrySeconds * 1000, maxDelayMs: LONGEST_WAIT_MS };
  const wait = backOffMs(message.receives, terms, () => 1);
  await ports.queue.hide(message, Math.round(wait / 1000)).catch(() => undefined);
}
