import { describe, expect, it } from 'vitest';
import { takeTurn } from '../../src/application/take-turn.ts';
import { turnQueueContract } from '../contract/turn-queue.ts';
import { createFakeTurnQueue } from '../fakes/turn-queue.ts';

function world() {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const running = new Set<string>();
  const asked: string[] = [];
  const queue = createFakeTurnQueue();
  const ports = {
    queue,
    clock: { now: () => new Date(now) },
    executions: {
      isRunning: async (executionId: string) => {
        asked.push(executionId);
        return running.has(executionId);
      },
    },
  };
  return {
    queue,
    running,
    asked,
    ports,
    pass: (seconds: number) => void (now += seconds * 1000),
    take: (executionId: string, wants = executionId, mayJoin = true) => {
      running.add(executionId);
      return takeTurn(ports, { executionId, wants, mayJoin });
    },
  };
}

describe('the fake queue of runs', () => {
  turnQueueContract(async () => createFakeTurnQueue());
});

describe('taking turns', () => {
  it('lets the first work at once, and the second wait longer each time', async () => {
    const { take, pass } = world();
    expect(await take('a')).toEqual({ turn: 'yours', waitSeconds: 0 });
    expect(await take('b')).toEqual({ turn: 'wait', ahead: 1, waitSeconds: 15 });
    pass(600);
    expect(await take('b')).toEqual({ turn: 'wait', ahead: 1, waitSeconds: 300 });
  });

  it('hands the turn on when the execution ended, without anybody giving it back', async () => {
    const { take, pass, running } = world();
    await take('a');
    await take('b');
    await take('c');
    pass(120);
    running.delete('a');
    running.delete('b');
    expect(await take('c')).toMatchObject({ turn: 'yours' });
  });

  it('presumes a run that has just come to be there, since the status of an execution may be old', async () => {
    const { take, pass, running } = world();
    await take('a');
    running.delete('a');
    pass(30);
    expect(await take('b')).toMatchObject({ turn: 'wait' });
    pass(31);
    expect(await take('b')).toMatchObject({ turn: 'yours' });
  });

  it('lets many at once through one after the other, in the order in which they got in', async () => {
    const { take, pass, running } = world();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const first = await Promise.all(names.map((name) => take(name)));
    expect(first.filter(({ turn }) => turn === 'yours')).toHaveLength(1);
    const left = new Set(names);
    let owner = names[first.findIndex(({ turn }) => turn === 'yours')] ?? '';
    while (left.size > 1) {
      left.delete(owner);
      running.delete(owner);
      pass(100);
      const next = await Promise.all([...left].map(async (name) => ({ name, taken: await take(name) })));
      const owners = next.filter(({ taken }) => taken.turn === 'yours');
      expect(owners).toHaveLength(1);
      owner = owners[0]?.name ?? '';
    }
  });

  it('writes only when the queue changes', async () => {
    const { take, queue } = world();
    await take('a');
    await take('b');
    for (let poll = 0; poll < 5; poll += 1) await take('b');
    expect(queue.writes()).toBe(2);
  });

  it('joins a run that waits for the same config, if that is still there', async () => {
    const { take, pass, running } = world();
    await take('a', 'latest');
    await take('b', 'latest');
    expect(await take('c', 'latest')).toEqual({ turn: 'joined', joined: 'b', waitSeconds: 0 });
    pass(120);
    running.delete('b');
    expect(await take('d', 'latest')).toMatchObject({ turn: 'wait', ahead: 1 });
  });

  it('lets a page work in its turn of its run, and wait when the run has lost it', async () => {
    const { take, pass, running } = world();
    await take('a');
    await take('b');
    expect(await take('a', 'a', false)).toMatchObject({ turn: 'yours' });
    pass(120);
    running.delete('a');
    await take('b');
    // Redriven: it is under way again, but the turn has gone on.
    expect(await take('a', 'a', false)).toMatchObject({ turn: 'wait', ahead: 1 });
  });

  it('gives up when the queue never stands still', async () => {
    const { ports } = world();
    const restless = { ...ports, queue: { ...ports.queue, write: async () => false } };
    await expect(takeTurn(restless, { executionId: 'a', wants: 'a', mayJoin: true })).rejects.toMatchObject({
      code: 'ServiceUnavailable',
    });
  });
});
