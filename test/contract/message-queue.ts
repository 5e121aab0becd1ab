import { describe, expect, it } from 'vitest';
import type { MessageQueue } from '../../src/ports/message-queue.ts';

/** What every queue promises. */
export function describeMessageQueueContract(name: string, makeQueue: () => Promise<MessageQueue>): void {
  describe(`message queue: ${name}`, () => {
    const all = async (queue: MessageQueue) => {
      const found = [];
      for (let batch = await queue.receive(60); batch.length > 0; batch = await queue.receive(60)) {
        expect(batch.length).toBeLessThanOrEqual(10);
        found.push(...batch);
      }
      return found;
    };

    it('hands out what was sent, ten at a time at most, and nothing that is hidden', async () => {
      const queue = await makeQueue();
      const bodies = Array.from({ length: 12 }, (_, index) => `{"n":${index},"text":"grüße"}`);
      for (const body of bodies) await queue.send(body);
      const found = await all(queue);
      expect(new Set(found.map(({ body }) => body))).toEqual(new Set(bodies));
      expect(new Set(found.map(({ id }) => id)).size).toBe(12);
      expect(found.every(({ receives }) => receives === 1)).toBe(true);
      expect(await queue.receive(60)).toEqual([]);
    });

    it('shows again what is given back, and counts that', async () => {
      const queue = await makeQueue();
      await queue.send('{}', { code: 'data' });
      const [message] = await queue.receive(60);
      if (message === undefined) throw new Error('nothing was received');
      await queue.hide(message, 0);
      expect(await queue.receive(60)).toMatchObject([{ id: message.id, body: '{}', receives: 2 }]);
    });

    it('keeps nothing of what is deleted', async () => {
      const queue = await makeQueue();
      await queue.send('one');
      await queue.send('two');
      for (const message of await all(queue)) {
        if (message.body === 'one') await queue.delete(message);
        else await queue.hide(message, 0);
      }
      expect((await all(queue)).map(({ body }) => body)).toEqual(['two']);
    });
  });
}
