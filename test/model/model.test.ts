import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startPlay } from './play.ts';
import { type ConfigName, histories, type Step } from './steps.ts';
import { type PublisherKeys, publisherKeys } from './upstream.ts';
import { modelWorld } from './world.ts';

/**
 * `npm run test:model -- --runs N --minutes M --seed S` sets them; without, every run of the suite tries the same
 * histories. With minutes, no history begins after them, and how many there were is told.
 */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 12);
const MINUTES = Number(process.env['MODEL_MINUTES'] ?? Number.NaN);
const SEED = Number(process.env['MODEL_SEED'] ?? 20_261_101);
const STEPS = 8;

let keys: PublisherKeys;
beforeAll(async () => {
  keys = await publisherKeys();
});

async function playHistory(steps: readonly Step[], last: ConfigName): Promise<void> {
  await using world = await modelWorld(keys);
  const play = startPlay(world);
  for (const step of steps) await play.take(step);
  await play.settle(last);
}

describe('whatever happens, in whichever order', () => {
  it(
    'clients see nothing but whole and verified versions, and one sync without faults reaches the wish',
    async () => {
      const last = fc.constantFrom<ConfigName>('latest', 'exact', 'constraint', 'two versions');
      const limit = Number.isNaN(MINUTES) ? {} : { interruptAfterTimeLimit: MINUTES * 60_000 };
      const { failed, counterexample, errorInstance, numRuns } = await fc.check(
        fc.asyncProperty(histories(STEPS), last, playHistory),
        { numRuns: RUNS, seed: SEED, ...limit },
      );
      if (!Number.isNaN(MINUTES)) process.stdout.write(`${numRuns} histories played\n`);
      // Nothing fails by the time alone, but a run that played nothing has shown nothing.
      expect(numRuns).toBeGreaterThan(0);
      expect(failed, `${String(errorInstance)}\n${JSON.stringify(counterexample)}`).toBe(false);
    },
    24 * 60 * 60 * 1000,
  );
});
