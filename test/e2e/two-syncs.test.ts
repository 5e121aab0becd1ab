import { describe, expect, it } from 'vitest';
import { createPublicRegistry } from '../../src/adapters/terraform-registry/public-registry.ts';
import { connectPrivateRegistry } from '../../src/adapters/tfe/connect.ts';
import type { SyncPorts } from '../../src/application/sync/ports.ts';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { verifyProviders } from '../../src/application/verify/verify-providers.ts';
import { DEFAULT_HOSTNAME } from '../../src/domain/provider/address.ts';
import { fixedClock } from '../fakes/clock.ts';
import { createRecordingReporter } from '../fakes/event-reporter.ts';
import { createFakeTokenSource } from '../fakes/token-source.ts';
import { testHttpClient } from '../support/http-client.ts';
import { embeddedRegistry, sampleRegistry, type TestRegistry } from '../support/registries.ts';
import { anvil, configOf, DARWIN, LINUX, twoPublishers } from '../support/sync-world.ts';

/** Lets the first `count` uploads begin together. */
function uploadsTogether(count: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return async ({ method }: { readonly method?: string | undefined }): Promise<boolean> => {
    if (method !== 'PUT') return false;
    arrived += 1;
    if (arrived === count) resolve();
    await promise;
    return false;
  };
}

/** What one process has: connections and memory of its own. */
function processOn(stack: AsyncDisposableStack, source: string, target: TestRegistry): SyncPorts {
  const { url: address, organization, token } = target;
  const http = stack.use(testHttpClient('destination'));
  const registry = { http, address, organization, token: createFakeTokenSource(token) };
  const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));
  const reporter = createRecordingReporter();
  return {
    publicRegistry: createPublicRegistry({
      http: stack.use(testHttpClient('upstream')),
      addresses: { [DEFAULT_HOSTNAME]: source },
    }),
    destinations: [connectPrivateRegistry({ ...registry, clock }).destination],
    destinationsNamed: false,
    events: reporter,
    progress: reporter,
    clock,
  };
}

describe('two syncs of the same version at once', () => {
  it.each([
    ['one platform', [LINUX]],
    ['two platforms', [LINUX, DARWIN]],
  ])('both end well when they upload %s together, and what is there is right', async (_, platforms) => {
    await using stack = new AsyncDisposableStack();
    const source = stack.use(await sampleRegistry(await twoPublishers()));
    const intercept = uploadsTogether(2 * platforms.length);
    const target = stack.use(await embeddedRegistry({ intercept }));
    const config = configOf(anvil('1.1.0', platforms));
    const run = async () =>
      await syncProviders(processOn(stack, source.url, target), config, {
        transfer: { sleep: async () => {}, random: () => 0 },
      });

    const results = await Promise.all([run(), run()]);

    expect(results.flatMap(({ providers }) => providers.map(({ error }) => error))).toEqual([
      undefined,
      undefined,
    ]);
    const verified = await verifyProviders(processOn(stack, source.url, target), config, { deep: true });
    expect(verified.providers).toMatchObject([{ outcome: 'verified', differences: [] }]);
  });
});
