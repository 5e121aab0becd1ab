import { describe, expect, it } from 'vitest';
import { planProviders } from '../../src/application/sync/plan-providers.ts';
import type { SyncOptions } from '../../src/application/sync/ports.ts';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { verifyProviders } from '../../src/application/verify/verify-providers.ts';
import { parseConfig } from '../../src/domain/config/parse-config.ts';
import { SyncError } from '../../src/domain/errors.ts';
import type { Destination } from '../../src/ports/destination.ts';
import {
  createFakeDestination,
  type FakeDestination,
  type FakeDestinationOptions,
  fakeDestinationState,
} from '../fakes/destination.ts';
import { anvil, DARWIN, freshWorld, LINUX, WINDOWS, weather } from '../support/sync-world.ts';

const world = freshWorld();

const mirror = (name: string, options: FakeDestinationOptions = {}) =>
  createFakeDestination({ name, ...options });

const configFor = (names: readonly string[], ...providers: readonly object[]) =>
  parseConfig(
    JSON.stringify({
      destinations: names.map((name) => ({ name, kind: 'network-mirror', location: `./${name}` })),
      providers,
    }),
  );

const run = (
  destinations: readonly Destination[],
  providers: readonly object[],
  options: SyncOptions = {},
) => {
  const names = destinations.map(({ name }) => name);
  return syncProviders(
    { ...world.ports, destinations, destinationsNamed: true },
    configFor(names, ...providers),
    { transfer: { sleep: async () => {} }, togetherMs: 50, ...options },
  );
};

const outcomesOf = (result: Awaited<ReturnType<typeof run>>) =>
  result.providers.map(({ destinations = [] }) =>
    Object.fromEntries(destinations.map(({ name, outcome }) => [name, outcome])),
  );

const sendsOf = ({ operations }: FakeDestination) => operations.filter(({ kind }) => kind === 'send').length;

describe('a sync to several destinations', () => {
  it('fills all of them from one download a package, and tells each one’s outcome', async () => {
    const [one, two] = [mirror('one'), mirror('two')];
    const [registry] = world.ports.destinations as [Destination];
    const result = await run([registry, one, two], [anvil('1.1.0', [LINUX, DARWIN])]);

    expect(outcomesOf(result)).toEqual([
      { 'private-registry': 'published', one: 'published', two: 'published' },
    ]);
    expect(result.providers[0]).toMatchObject({
      outcome: 'published',
      destinations: [{}, { kind: 'network-mirror' }, {}],
    });
    expect(world.publicRegistry.downloads).toHaveLength(2);
    expect(result.summary).toMatchObject({ ok: true, outcomes: { published: 1 } });
    const bytes = result.providers[0]?.platforms.reduce((sum, platform) => sum + (platform.bytes ?? 0), 0);
    expect(result.summary.bytes).toBe(bytes);

    const again = await run([registry, one, two], [anvil('1.1.0', [LINUX, DARWIN])]);
    expect(again.providers[0]?.outcome).toBe('up-to-date');
    expect(world.publicRegistry.downloads).toHaveLength(2);
  });

  it('downloads nothing for who has it: only the one that lacks a package is served', async () => {
    const [full, fresh] = [mirror('full'), mirror('fresh')];
    await run([full], [anvil('1.1.0', [LINUX, DARWIN])]);
    const sent = sendsOf(full);

    const result = await run([full, fresh], [anvil('1.1.0', [LINUX, DARWIN, WINDOWS])]);

    expect(outcomesOf(result)).toEqual([{ full: 'completed', fresh: 'published' }]);
    expect(sendsOf(full)).toBe(sent + 1);
    expect(sendsOf(fresh)).toBe(3);
  });

  it('goes only where a provider’s entry says', async () => {
    const [one, two] = [mirror('one'), mirror('two')];
    const result = await run(
      [one, two],
      [
        { ...anvil('1.1.0', [LINUX]), destinations: ['two'] },
        { ...weather('3.0.0', [LINUX]), destinations: ['one', 'two'] },
      ],
    );
    expect(outcomesOf(result)).toEqual([{ two: 'published' }, { one: 'published', two: 'published' }]);
    expect([...one.state.visible.keys()]).toEqual(['registry.terraform.io/globex/weather 3.0.0']);
  });

  it('lets one that fails fail alone, and the next run does only what is missing', async () => {
    const state = fakeDestinationState();
    const dead = mirror('dead', {
      state,
      onOperation: () => {
        throw new SyncError('DestinationUnavailable', 'dead: it does not answer.');
      },
    });
    const good = mirror('good');
    const result = await run([dead, good], [anvil('1.1.0', [LINUX]), weather('3.0.0', [LINUX])]);

    expect(outcomesOf(result)).toEqual([
      { dead: 'failed', good: 'published' },
      { dead: 'failed', good: 'published' },
    ]);
    expect(result).toMatchObject({
      summary: { ok: false, outcomes: { failed: 2 } },
      providers: [{ outcome: 'failed', error: { code: 'DestinationUnavailable' } }, {}],
    });
    const downloads = world.publicRegistry.downloads.length;

    const sent = sendsOf(good);
    const healed = mirror('dead', { state });
    const next = await run([healed, good], [anvil('1.1.0', [LINUX]), weather('3.0.0', [LINUX])]);
    expect(outcomesOf(next)).toEqual([
      { dead: 'published', good: 'up-to-date' },
      { dead: 'published', good: 'up-to-date' },
    ]);
    expect(sendsOf(good)).toBe(sent);
    expect(world.publicRegistry.downloads).toHaveLength(downloads + 2);
  });

  it.each(['inspect', 'begin', 'send', 'store', 'commit'] as const)(
    'lets nobody wait for one that hangs at %s',
    async (step) => {
      const hang = Promise.withResolvers<void>();
      let hung = false;
      const hanging = mirror('hanging', {
        onOperation: ({ kind }) => {
          if (kind !== step || hung) return undefined;
          hung = true;
          return hang.promise;
        },
      });
      const committed = Promise.withResolvers<void>();
      const good = mirror('good', {
        onOperation: ({ kind, id }) => {
          if (kind === 'inspect' && good.state.visible.has(id)) committed.resolve();
        },
      });
      const fanOut = { lagBytes: 1, patienceMs: 5, slowerTimes: 2 };
      const running = run([hanging, good], [anvil('1.1.0', [LINUX])], { fanOut });
      await committed.promise;
      hang.resolve();
      expect(outcomesOf(await running)).toEqual([{ hanging: 'published', good: 'published' }]);
    },
  );

  it('shows in a plan what each lacks, and in a verify what each holds', async () => {
    const [full, fresh] = [mirror('full'), mirror('fresh')];
    await run([full], [anvil('1.1.0', [LINUX])]);
    const ports = { ...world.ports, destinations: [full, fresh], destinationsNamed: true };
    const config = configFor(['full', 'fresh'], anvil('1.1.0', [LINUX]));

    const plan = await planProviders(ports, config);
    expect(plan.providers[0]?.destinations).toMatchObject([
      { name: 'full', outcome: 'up-to-date', steps: [] },
      { name: 'fresh', outcome: 'publish', platforms: [{ os: 'linux', outcome: 'publish' }] },
    ]);
    expect(plan.providers[0]?.steps.every((step) => step.startsWith('fresh: '))).toBe(true);

    const verified = await verifyProviders(ports, config, { deep: true });
    expect(verified.providers[0]?.destinations).toMatchObject([
      { name: 'full', outcome: 'verified', platforms: [{ bytes: expect.any(Number) }] },
      { name: 'fresh', outcome: 'differs', differences: [{ what: 'version-missing', destination: 'fresh' }] },
    ]);
    expect(verified.summary).toMatchObject({ ok: false, differing: 1 });
  });
});
