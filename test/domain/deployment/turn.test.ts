import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enterQueue, type QueuedRun, secondsToWait, wishOf } from '../../../src/domain/deployment/turn.ts';

const since = '2026-01-01T00:00:00.000Z';
const run = (executionId: string, wants = `config of ${executionId}`): QueuedRun => ({
  executionId,
  wants,
  since,
});
const nobody = new Set<string>();

describe('the queue of runs', () => {
  it('gives the turn to the first, and lets the next ones wait in their order', () => {
    const first = enterQueue([], run('a'), nobody);
    expect(first.turn).toEqual({ turn: 'yours' });
    const second = enterQueue(first.runs, run('b'), nobody);
    expect(second.turn).toEqual({ turn: 'wait', ahead: 1 });
    const third = enterQueue(second.runs, run('c'), nobody);
    expect(third.turn).toEqual({ turn: 'wait', ahead: 2 });
    expect(third.runs.map(({ executionId }) => executionId)).toEqual(['a', 'b', 'c']);
  });

  it('is the same array when nothing changed, so that nothing has to be written', () => {
    const runs = [run('a'), run('b')];
    expect(enterQueue(runs, run('b'), nobody).runs).toBe(runs);
    expect(enterQueue(runs, run('a'), nobody).runs).toBe(runs);
  });

  it('goes on behind runs that ended, however they did', () => {
    const runs = [run('a'), run('b'), run('c')];
    const { runs: left, turn } = enterQueue(runs, run('c'), new Set(['a', 'b']));
    expect(turn).toEqual({ turn: 'yours' });
    expect(left).toEqual([run('c')]);
  });

  it('never takes a run for ended that asks for its turn', () => {
    expect(enterQueue([run('a')], run('a'), new Set(['a'])).turn).toEqual({ turn: 'yours' });
  });

  it('lets a run join one that waits and wants the same', () => {
    const runs = [run('a', 'latest'), run('b', 'latest')];
    expect(enterQueue(runs, run('c', 'latest'), nobody)).toEqual({
      runs,
      turn: { turn: 'joined', joined: 'b' },
    });
  });

  it.each([
    ['the first may have read its config already', [run('a', 'latest')], nobody],
    ['the one that waited has ended', [run('a'), run('b', 'latest')], new Set(['b'])],
    ['another version of the config is wanted', [run('a'), run('b', 'v1')], nobody],
    ['a part of a run leaves nothing to others', [run('a'), run('b', '')], nobody],
  ] as const)('lets no run join where %s', (_why, runs, ended) => {
    const wants = runs.some((other) => other.wants === '') ? '' : 'latest';
    expect(enterQueue(runs, run('c', wants), ended).turn.turn).toBe('wait');
  });

  it('has one run at work at any time, works on every wish, and empties', () => {
    const wishes = fc.array(fc.constantFrom('v1', 'v2', 'latest'), { maxLength: 12 });
    fc.assert(
      fc.property(wishes, fc.infiniteStream(fc.nat()), (wanted, choices) => {
        const world = queueWorld();
        for (const [index, wants] of wanted.entries()) {
          world.ask(run(`run-${index}`, wants));
          const choice = choices.next().value ?? 0;
          if (choice % 3 === 0) world.finish();
          world.askAgain(choice);
        }
        for (let round = 0; round < 3 * wanted.length; round += 1) {
          world.finish();
          world.askAgain(choices.next().value ?? 0);
          for (let one = 0; one < wanted.length; one += 1) world.askAgain(one);
        }
        expect(world.mostAtWork()).toBeLessThanOrEqual(1);
        expect(world.left()).toBe(0);
        expect(new Set(world.done)).toEqual(new Set(wanted));
      }),
    );
  });
});

/** Runs that ask for their turn, work and end, as a caller says. */
function queueWorld() {
  let runs: readonly QueuedRun[] = [];
  let most = 0;
  const ended = new Set<string>();
  const waiting = new Map<string, QueuedRun>();
  const working = new Map<string, QueuedRun>();
  const done: string[] = [];
  const ask = (one: QueuedRun) => {
    const entered = enterQueue(runs, one, ended);
    runs = entered.runs;
    waiting.delete(one.executionId);
    if (entered.turn.turn === 'wait') waiting.set(one.executionId, one);
    if (entered.turn.turn === 'joined') ended.add(one.executionId);
    if (entered.turn.turn === 'yours') working.set(one.executionId, one);
    most = Math.max(most, working.size);
  };
  return {
    done,
    ask,
    /** One of those that wait, by any number. */
    askAgain: (choice: number) => {
      const one = [...waiting.values()][choice % Math.max(1, waiting.size)];
      if (one !== undefined) ask(one);
    },
    finish: () => {
      for (const one of working.values()) {
        done.push(one.wants);
        ended.add(one.executionId);
      }
      working.clear();
    },
    mostAtWork: () => most,
    left: () => waiting.size + working.size,
  };
}

describe('what a run wants', () => {
  it.each([
    [{ bucket: 'b', key: 'k' }, 'b/k@latest'],
    [{ bucket: 'b', key: 'k', versionId: null }, 'b/k@latest'],
    [{ bucket: 'b', key: 'k', versionId: 'v1' }, 'b/k@v1'],
  ])('of %j is %s', (config, expected) => {
    expect(wishOf(config)).toBe(expected);
  });
});

describe('the time to wait', () => {
  it.each([
    [0, 15],
    [-5, 15],
    [60, 30],
    [1000, 500],
    [100_000, 1800],
  ])('after %i seconds is %i', (waited, expected) => {
    expect(secondsToWait(waited)).toBe(expected);
  });
});
