import { describe, expect, it } from 'vitest';
import { redrive } from '../../../src/application/ledger-intake/redrive.ts';
import { createFakeQueue } from '../../fakes/message-queue.ts';

const { signal } = new AbortController();
const OPTIONS = { holds: 'rejected', limit: 1000, dryRun: false, signal } as const;

async function rejectedQueue() {
  const queue = createFakeQueue();
  for (const n of [1, 2, 3])
    await queue.send(JSON.stringify({ reason: { code: 'unknown-type' }, event: { n } }));
  await queue.send(JSON.stringify({ reason: { code: 'data' }, event: { n: 4 } }));
  await queue.send(JSON.stringify({ reason: { code: 'not-json' }, message: { begins: 'x' } }));
  await queue.send('what nobody put there');
  return queue;
}

const sentTo = (queue: ReturnType<typeof createFakeQueue>) => queue.held.map(({ body }) => JSON.parse(body));

describe('a redrive', () => {
  it('in a dry run says what it would do, and leaves everything to be seen', async () => {
    const [from, to] = [await rejectedQueue(), createFakeQueue()];
    expect(await redrive({ from, to }, { ...OPTIONS, dryRun: true, code: 'unknown-type' })).toEqual({
      messages: 6,
      sent: 3,
      left: 3,
      unsendable: 2,
      reasons: { 'unknown-type': 3, data: 1, 'not-json': 1, unknown: 1 },
    });
    expect(to.held).toEqual([]);
    expect(from.held.every(({ hidden }) => !hidden)).toBe(true);
    expect(from.held).toHaveLength(6);
  });

  it('sends the events that were rejected for what is asked for, and no others', async () => {
    const [from, to] = [await rejectedQueue(), createFakeQueue()];
    expect(await redrive({ from, to }, { ...OPTIONS, code: 'unknown-type' })).toMatchObject({
      sent: 3,
      left: 3,
    });
    expect(sentTo(to)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(from.held).toHaveLength(3);
    expect(from.held.every(({ hidden }) => !hidden)).toBe(true);
  });

  it('sends no more than its limit, and what never was an event not at all', async () => {
    const [from, to] = [await rejectedQueue(), createFakeQueue()];
    expect(await redrive({ from, to }, { ...OPTIONS, limit: 2 })).toMatchObject({ sent: 2, left: 4 });
    expect(await redrive({ from, to }, OPTIONS)).toMatchObject({ messages: 4, sent: 2, unsendable: 2 });
    expect(sentTo(to)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  });

  it('sends dead letters as they came, whatever they look like', async () => {
    const [from, to] = [await rejectedQueue(), createFakeQueue()];
    const bodies = from.held.map(({ body }) => body);
    expect(await redrive({ from, to }, { ...OPTIONS, holds: 'dead-letters' })).toMatchObject({
      sent: 6,
      reasons: { 'dead-letter': 6 },
    });
    expect(to.held.map(({ body }) => body)).toEqual(bodies);
    expect(from.held).toEqual([]);
  });

  it('loses nothing when sending fails or somebody breaks it off', async () => {
    const from = await rejectedQueue();
    const failing = { ...createFakeQueue(), send: async () => Promise.reject(new Error('no')) };
    await expect(redrive({ from, to: failing }, OPTIONS)).rejects.toThrow('no');
    expect(from.held).toHaveLength(6);
    const stopped = AbortSignal.abort(new Error('stopped'));
    const again = await rejectedQueue();
    const to = createFakeQueue();
    await expect(redrive({ from: again, to }, { ...OPTIONS, signal: stopped })).rejects.toThrow('stopped');
    expect([again.held.length, to.held.length]).toEqual([6, 0]);
    for (const { held } of [from, again]) expect(held.every(({ hidden }) => !hidden)).toBe(true);
  });
});
