import { printable } from '../../domain/integrity/untrusted-text.ts';
import type { RejectionCode } from '../../domain/ledger-intake/rejection.ts';
import type { MessageQueue, QueuedMessage } from '../../ports/message-queue.ts';

export interface RedriveOptions {
  /** What the queue holds: events as they came, or rejected ones with their reasons around them. */
  readonly holds: 'dead-letters' | 'rejected';
  /** Only what was rejected for this; without it everything that can be sent again. */
  readonly code?: RejectionCode | undefined;
  /** At most so many are sent. */
  readonly limit: number;
  /** Sends nothing, and leaves everything where it is. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface Redriven {
  /** Looked at. */
  readonly messages: number;
  /** Sent again, or in a dry run: would be. */
  readonly sent: number;
  /** Not sent: for another reason than was asked for, or beyond the limit. */
  readonly left: number;
  /** Among those left: what was no event in the first place and never will be. */
  readonly unsendable: number;
  /** How many there are by reason; `dead-letter` for what has none. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Long enough for thousands of messages; what a process that dies holds is shown again after it. */
const HIDDEN_SECONDS = 600;

/**
 * Sends what waits in a queue through the pipeline again: receive, send, delete, one by one, so that a process that dies
 * in between sends a message twice and loses none; the ledger keeps it once. A queue's own redrive would do neither a dry
 * run nor a choice. What is left is shown to others again at the end.
 */
export async function redrive(
  { from, to }: { readonly from: MessageQueue; readonly to: MessageQueue },
  { holds, code, limit, dryRun, signal }: RedriveOptions,
): Promise<Redriven> {
  /** What is hidden from others for as long as this runs. */
  const held = new Map<string, QueuedMessage>();
  const seen = new Set<string>();
  const reasons: Record<string, number> = {};
  let sent = 0;
  let unsendable = 0;
  const take = async (message: QueuedMessage): Promise<void> => {
    const { event, reason } = holds === 'rejected' ? rejectedIn(message.body) : deadLetterIn(message.body);
    reasons[reason] = (reasons[reason] ?? 0) + 1;
    if (event === undefined) unsendable += 1;
    if (event === undefined || (code !== undefined && code !== reason) || sent >= limit) return;
    sent += 1;
    if (dryRun) return;
    await to.send(event);
    await from.delete(message);
    held.delete(message.id);
  };
  const receive = async () => {
    const batch = await from.receive(HIDDEN_SECONDS);
    for (const message of batch) held.set(message.id, message);
    return batch;
  };
  try {
    for (let batch = await receive(); batch.length > 0; batch = await receive()) {
      for (const message of batch) {
        signal.throwIfAborted();
        // A queue may show a message twice.
        if (seen.has(message.id)) continue;
        seen.add(message.id);
        await take(message);
      }
    }
  } finally {
    for (const message of held.values()) await from.hide(message, 0).catch(() => undefined);
  }
  return { messages: seen.size, sent, left: seen.size - sent, unsendable, reasons };
}

interface Contents {
  /** What is sent again; undefined for what never was an event. */
  readonly event: string | undefined;
  readonly reason: string;
}

const deadLetterIn = (body: string): Contents => ({ event: body, reason: 'dead-letter' });

function rejectedIn(body: string): Contents {
  try {
    const { reason, event } = JSON.parse(body) as { reason?: { code?: unknown }; event?: unknown };
    const code = typeof reason?.code === 'string' ? printable(reason.code) : 'unknown';
    return { event: event === undefined ? undefined : JSON.stringify(event), reason: code };
  } catch {
    return { event: undefined, reason: 'unknown' };
  }
}
