import { assert, constantFrom, integer, nat, oneof, property, tuple, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { type SizedBottle, splitWork } from '../../../src/domain/bottle/work.ts';

const GB = 1e9;

function sized(name: string, size: SizedBottle['size'], tag = 'x86_64_linux'): SizedBottle {
  const sha256 = 'a'.repeat(64) as Sha256;
  const bottle = {
    name,
    version: '1',
    rebuild: 0,
    tag,
    sha256,
    image: name,
    ref: '1',
    refName: `1.${tag}`,
    filename: `${name}--1.${tag}.bottle.tar.gz`,
    neededBy: [name],
  };
  return { bottle, size };
}

const names = (packs: readonly (readonly { readonly name: string }[])[]) =>
  packs.map((pack) => pack.map(({ name }) => name).join(' '));

describe('the work of a run', () => {
  it.each([
    ['small ones together', [sized('a', 10), sized('b', 20)], ['a b'], []],
    ['at the threshold a task', [sized('a', 1 * GB), sized('b', GB - 1)], ['b'], ['a']],
    ['a batch below the threshold', [sized('a', 0.6 * GB), sized('b', 0.6 * GB)], ['a', 'b'], []],
    ['an untold size a task', [sized('a', 'untold'), sized('b', 1)], ['b'], ['a']],
    ['an unread index a batch, which says why', [sized('a', 'unread')], ['a'], []],
    ['large ones in one task', [sized('a', 2 * GB), sized('b', 3 * GB)], [], ['a b']],
    ['no task of more than 50 GB', [sized('a', 30 * GB), sized('b', 30 * GB)], [], ['a', 'b']],
    ['nothing', [], [], []],
  ] as const)('has %s', (_name, bottles, batches, tasks) => {
    const work = splitWork(bottles, GB);
    expect(names(work.batches)).toEqual(batches);
    expect(names(work.tasks)).toEqual(tasks);
  });

  it('has batches of what a worker brings in its minutes, however high the threshold is', () => {
    const { batches, tasks } = splitWork([sized('a', 1.5 * GB), sized('b', 1.5 * GB)], 100 * GB);
    expect([names(batches), names(tasks)]).toEqual([['a', 'b'], []]);
  });

  it('leaves to tasks what would be more batches than an execution can hold', () => {
    const many = Array.from({ length: 450 }, (_, at) => sized(`f${String(at).padStart(3, '0')}`, 0.9 * GB));
    const { batches, tasks } = splitWork(many, GB);
    expect(batches).toHaveLength(400);
    expect(tasks.flat().map(({ name }) => name)).toEqual(many.slice(400).map(({ bottle }) => bottle.name));
  });

  it('is every bottle once, in portions within their limits, whatever the order', () => {
    const size = oneof(constantFrom('untold' as const, 'unread' as const), nat(3 * GB));
    const bottles = uniqueArray(tuple(nat(300), size), { selector: ([at]) => at });
    assert(
      property(bottles, integer({ min: 1, max: 3 * GB }), nat(), (pairs, threshold, turn) => {
        const all = pairs.map(([at, of]) => sized(`f${at}`, of));
        const { batches, tasks } = splitWork(all, threshold);
        const told = new Map(
          all.map(({ bottle, size: of }) => [bottle.name, typeof of === 'number' ? of : 0]),
        );
        expect([...batches, ...tasks].flat().toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
          all.map(({ bottle }) => bottle).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        );
        for (const batch of batches) {
          const bytes = batch.reduce((sum, { name }) => sum + (told.get(name) ?? 0), 0);
          expect(batch.length).toBeLessThanOrEqual(100);
          // One that is alone may be more than what a worker is meant to bring, and is below the threshold.
          expect(bytes).toBeLessThan(batch.length > 1 ? Math.min(threshold, 2 * GB) : threshold);
        }
        const at = turn % Math.max(1, all.length);
        expect(splitWork([...all.slice(at), ...all.slice(0, at)], threshold)).toEqual({ batches, tasks });
      }),
    );
  });
});
