import { beforeAll, describe, expect, it, vi } from 'vitest';
import { printable } from '../../../src/domain/integrity/untrusted-text.ts';
import { sampleRegistry } from '../../support/registries.ts';
import { twoPublishers } from '../../support/sync-world.ts';
import { INNER_WORDS } from './behaviours.ts';
import { hostileTable } from './table.ts';
import {
  allowedOutcomes,
  type ForeignHost,
  formsOfTokenIn,
  type HostileWorld,
  MOST_MS,
  meet,
  RAW_CODE,
  startForeignHost,
} from './world.ts';

// The address of the foreign host stands in the table, which is made before any hook runs.
const foreign: ForeignHost = await startForeignHost();
const table = hostileTable(foreign.url);
let world: HostileWorld;

// Many of them wait for a bound.
vi.setConfig({ maxConcurrency: 12 });

beforeAll(async () => {
  const releases = await twoPublishers();
  const registry = await sampleRegistry(releases);
  world = { publicUrl: registry.url, foreign };
  return async () => {
    await registry[Symbol.asyncDispose]();
    await foreign.close();
  };
});

it('the table has at least 120 rows, no two alike', () => {
  const names = table.map(({ side, step, name }) => `${side}: ${step.name} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(120);
});

describe.concurrent.each(['upstream', 'destination'] as const)('a hostile registry (%s)', (side) => {
  const cases = table.filter((each) => each.side === side);
  it.concurrent.each(cases)(
    '$step.name $name',
    async (each) => {
      const { code, message, installable, said } = await meet(world, each);
      expect({ code, message }).toEqual({
        code: expect.toBeOneOf([...each.codes]),
        message: expect.stringMatching(
          code === 'published'
            ? /^$/
            : (each.message ?? /anvil|example|registry|SHA256SUMS|signing key|API token/),
        ),
      });
      expect(allowedOutcomes(each, code)).toContainEqual(installable);
      expect(message).not.toMatch(RAW_CODE);
      expect(message).toBe(printable(message));
      expect(message.length).toBeLessThan(2000);
      expect(formsOfTokenIn(said)).toEqual([]);
      expect(said).not.toContain(INNER_WORDS);
    },
    MOST_MS,
  );
});
