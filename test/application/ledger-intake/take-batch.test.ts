import { describe, expect, it } from 'vitest';
import { takeBatch } from '../../../src/application/ledger-intake/take-batch.ts';
import type { QueuedMessage } from '../../../src/ports/message-queue.ts';
import type { WorkflowEnd } from '../../../src/ports/workflow.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { createFakeQueue } from '../../fakes/message-queue.ts';

const message = (id: string, event: object | string, receives = 1): QueuedMessage => ({
  id,
  body: typeof event === 'string' ? event : JSON.stringify(event),
  receives,
  receipt: `receipt of ${id}`,
});

interface Given {
  readonly run?: (event: Readonly<Record<string, unknown>>) => WorkflowEnd | Promise<WorkflowEnd>;
  readonly hasTime?: () => boolean;
}

async function take(
  messages: readonly QueuedMessage[],
  { run = () => ({ outcome: 'stored' }), hasTime = () => true }: Given = {},
) {
  const rejected = createFakeQueue();
  const hidden: [string, number][] = [];
  const told: [string, string][] = [];
  const again = await takeBatch(
    {
      workflow: { run: async (event) => await run(event) },
      queue: { hide: async ({ receipt }, seconds) => void hidden.push([receipt, seconds]) },
      rejected,
      clock: fixedClock(new Date('2026-11-21T09:00:00Z')),
    },
    messages,
    { retrySeconds: 30, hasTime, told: ({ id }, { outcome }) => void told.push([id, outcome]) },
  );
  return { again, hidden, told: Object.fromEntries(told), rejected: rejected.held };
}

describe('a batch', () => {
  it('gives back only what failed: one bad message never holds up the others', async () => {
    const { again, told, rejected } = await take(
      [message('a', { n: 1 }), message('b', 'nonsense'), message('c', { n: 3 }), message('d', { n: 4 })],
      {
        run: ({ n }) => {
          if (n === 3) return { outcome: 'failed', error: 'ServiceUnavailable', cause: 'throttled' };
          if (n === 4) throw new TypeError('a fault of our own');
          return { outcome: 'stored' };
        },
      },
    );
    expect(again).toEqual(['c', 'd']);
    expect(told).toEqual({ a: 'stored', b: 'rejected', c: 'failed', d: 'failed' });
    expect(rejected.map(({ body, attributes }) => [JSON.parse(body), attributes])).toEqual([
      [
        {
          reason: { code: 'not-json', message: 'The message is not JSON.', severity: 'warning' },
          message: {
            id: 'b',
            begins: 'nonsense',
            sha256: '999aaa8645bb72ff599e143b1e3d2a94777127f4783a69f067251f7bbebc5ab6',
          },
          rejected: '2026-11-21T09:00:00.000Z',
        },
        { code: 'not-json' },
      ],
    ]);
  });

  it('shows what failed again after a while that doubles, and a quarter of an hour at most', async () => {
    const failing = () => ({ outcome: 'failed', error: 'x', cause: 'y' }) as const;
    const { hidden } = await take(
      [1, 2, 3, 6, 8].map((receives) => message(`${receives}`, { source: `/${receives}` }, receives)),
      { run: failing },
    );
    expect(hidden.map(([, seconds]) => seconds)).toEqual([30, 60, 120, 900, 900]);
  });

  it('takes messages of one stream one after another, in their order, and others beside them', async () => {
    const running = new Set<unknown>();
    const order: unknown[] = [];
    let most = 0;
    await take(
      ['a1', 'b1', 'a2', 'a3', 'b2'].map((id) => message(id, { id, subject: id[0] })),
      {
        run: async ({ id, subject }) => {
          expect(running.has(subject)).toBe(false);
          running.add(subject);
          most = Math.max(most, running.size);
          await Promise.resolve();
          order.push(id);
          running.delete(subject);
          return { outcome: 'stored' };
        },
      },
    );
    expect(order.filter((id) => String(id).startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(order.filter((id) => String(id).startsWith('b'))).toEqual(['b1', 'b2']);
    expect(most).toBe(2);
  });

  it('begins nothing that it has no time to wait for, and loses none of it', async () => {
    let runs = 0;
    const { again } = await take(
      ['1', '2', '3'].map((id) => message(id, { subject: 'same' })),
      {
        run: () => {
          runs += 1;
          return { outcome: 'stored' };
        },
        hasTime: () => runs < 1,
      },
    );
    expect(again).toEqual(['2', '3']);
  });
});
