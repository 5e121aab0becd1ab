import { expect, it } from 'vitest';
import type { TurnQueue } from '../../src/ports/turn-queue.ts';

const run = (executionId: string) => ({ executionId, wants: 'latest', since: '2026-01-01T00:00:00.000Z' });

/** What every queue of runs does. */
export function turnQueueContract(create: () => Promise<TurnQueue>): void {
  it('is empty before anybody entered', async () => {
    const queue = await create();
    expect(await queue.read()).toEqual({ runs: [], revision: undefined });
  });

  it('keeps what was written, in its order', async () => {
    const queue = await create();
    expect(await queue.write([run('a'), run('b')], undefined)).toBe(true);
    const { runs, revision } = await queue.read();
    expect(runs).toEqual([run('a'), run('b')]);
    expect(await queue.write([run('b')], revision)).toBe(true);
    expect((await queue.read()).runs).toEqual([run('b')]);
  });

  it('refuses what is based on an earlier state', async () => {
    const queue = await create();
    await queue.write([run('a')], undefined);
    expect(await queue.write([run('b')], undefined)).toBe(false);
    const { revision } = await queue.read();
    await queue.write([run('a'), run('c')], revision);
    expect(await queue.write([run('d')], revision)).toBe(false);
    expect((await queue.read()).runs).toEqual([run('a'), run('c')]);
  });

  it('lets one of several writers through', async () => {
    const queue = await create();
    const names = ['a', 'b', 'c', 'd'];
    const written = await Promise.all(names.map((name) => queue.write([run(name)], undefined)));
    expect(written.filter(Boolean)).toHaveLength(1);
  });
}
