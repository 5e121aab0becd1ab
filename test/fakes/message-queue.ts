import type { MessageQueue, QueuedMessage } from '../../src/ports/message-queue.ts';

interface Held {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  receives: number;
  hidden: boolean;
}

/** A queue in memory. A message that is received stays hidden until it is given back. */
export function createFakeQueue(name = 'a queue in memory'): MessageQueue & {
  /** What is there, hidden or not, in the order of sending. */
  readonly held: readonly Held[];
} {
  const held: Held[] = [];
  let sent = 0;
  const find = (receipt: string) => held.findIndex(({ id }) => id === receipt);
  return {
    name,
    held,
    receive: async () => {
      const batch: QueuedMessage[] = [];
      for (const message of held.filter(({ hidden }) => !hidden).slice(0, 10)) {
        message.hidden = true;
        message.receives += 1;
        batch.push({ id: message.id, body: message.body, receives: message.receives, receipt: message.id });
      }
      return batch;
    },
    send: async (body, attributes = {}) => {
      sent += 1;
      held.push({ id: `message-${sent}`, body, attributes, receives: 0, hidden: false });
    },
    delete: async ({ receipt }) => {
      const at = find(receipt);
      if (at >= 0) held.splice(at, 1);
    },
    hide: async ({ receipt }, seconds) => {
      const message = held[find(receipt)];
      if (message !== undefined) message.hidden = seconds > 0;
    },
  };
}
