import { describe, expect, it } from 'vitest';
import { planProviders } from '../../src/application/sync/plan-providers.ts';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { verifyProviders } from '../../src/application/verify/verify-providers.ts';
import { SyncError } from '../../src/domain/errors.ts';
import type { Destination } from '../../src/ports/destination.ts';
import { anvil, configOf, freshWorld, weather } from '../support/sync-world.ts';

const world = freshWorld();
const rejected = new SyncError('TokenRejected', 'The token is not accepted.');

/** Thirty wishes, so that the first few are the fewest. */
const TWO = configOf(anvil(), weather());
const MANY = { ...TWO, providers: Array.from({ length: 15 }, () => TWO.providers).flat() };

/** A destination that rejects the token, and how often it was asked. */
function dead(name: string, error: SyncError = rejected) {
  let asked = 0;
  const refuse = async () => {
    asked += 1;
    throw error;
  };
  const [real] = world.ports.destinations;
  if (real === undefined) throw new Error('no destination');
  const destination: Destination = { ...real, name, inspect: refuse, begin: refuse };
  return { destination, asked: () => asked };
}

/** The ports with these destinations, and how often the public registry was asked for a listing. */
function portsWith(...destinations: readonly Destination[]) {
  let upstream = 0;
  const { publicRegistry } = world;
  const ports = {
    ...world.ports,
    destinations,
    destinationsNamed: destinations.length > 1,
    publicRegistry: {
      ...publicRegistry,
      listVersions: (address: Parameters<typeof publicRegistry.listVersions>[0]) => {
        upstream += 1;
        return publicRegistry.listVersions(address);
      },
    },
  };
  return { ports, upstream: () => upstream };
}

describe.each([
  ['a sync', syncProviders],
  ['a plan', planProviders],
  ['a verify', verifyProviders],
])('%s', (_, run) => {
  it('asks a destination that rejects the token no more after the first few, and serves the others', async () => {
    const [alive] = world.ports.destinations;
    const lost = dead('dead');
    const { ports } = portsWith(lost.destination, alive as Destination);
    const { providers } = await run(ports, MANY, { concurrency: 4 });
    expect(lost.asked()).toBeLessThanOrEqual(4);
    expect(providers).toHaveLength(30);
    for (const { destinations } of providers) {
      expect(destinations?.[0]).toMatchObject({ outcome: 'failed', error: { code: 'TokenRejected' } });
      expect(destinations?.[1]?.error).toBeUndefined();
    }
  });

  it('finds out before any work upstream where it is the only destination', async () => {
    world.privateRegistry.refuseAllWith(rejected);
    const { ports, upstream } = portsWith(...world.ports.destinations);
    const { providers, summary } = await run(ports, MANY);
    expect(upstream()).toBe(0);
    expect(summary.ok).toBe(false);
    for (const { error } of providers) expect(error).toMatchObject({ code: 'TokenRejected' });
  });

  it('goes on asking after an error that is about one provider', async () => {
    const denied = dead('denied', new SyncError('DestinationRejected', 'Not this one.'));
    const { ports } = portsWith(denied.destination);
    await run(ports, MANY, { concurrency: 4 });
    expect(denied.asked()).toBe(30);
  });
});

describe('the events of a sync', () => {
  it('tell one cause once', async () => {
    world.privateRegistry.refuseAllWith(rejected);
    await syncProviders(world.ports, MANY);
    expect(world.reporter.of('ProviderSyncFailed')).toHaveLength(1);
  });
});
