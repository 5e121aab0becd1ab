import { beforeAll, describe, expect, it } from 'vitest';
import { connectPrivateRegistry } from '../../src/adapters/tfe/connect.ts';
import { checkVersion } from '../../src/application/sync/check-version.ts';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { makeSampleRelease, type SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { createFakeTokenSource } from '../fakes/token-source.ts';
import type { ChaosProxy } from '../support/chaos-proxy.ts';
import { testHttpClient } from '../support/http-client.ts';
import { realWorld } from '../support/real-world.ts';
import { configOf } from '../support/sync-world.ts';

const PLATFORMS = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'darwin', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
  { os: 'windows', arch: 'amd64' },
];
const TYPES = ['anvil', 'rocket', 'spring', 'magnet'];

let releases: readonly SampleRelease[];
beforeAll(async () => {
  const key = await makeSigningKey({ name: 'Acme' });
  releases = await Promise.all(
    TYPES.map((type) =>
      makeSampleRelease({ namespace: 'acme', type, version: '1.0.0', platforms: PLATFORMS, key }),
    ),
  );
});

const entry = (provider: string) => ({ provider, namespace: 'acme', platforms: PLATFORMS });
const config = () => configOf(...TYPES.map(entry));

/** Requests to the API or the protocol; links to stored files lead to storage, which has limits of its own. */
const asked = ({ requests }: ChaosProxy) =>
  requests
    .filter(({ path }) => !path.startsWith('/v1/object/'))
    .map(({ method, path }) => `${method} ${path}`);

const discovery = (requests: readonly string[]) => requests.filter((each) => each.includes('.well-known'));

describe('what a provider with five platforms costs that is up to date', () => {
  it('on one machine: 2 requests to the private registry, 4 to the public one, beside what a run asks once', async () => {
    await using world = await realWorld(releases);
    expect((await syncProviders(world.freshPorts(), config())).summary.ok).toBe(true);
    const before = [asked(world.destination).length, asked(world.upstream).length];

    const result = await syncProviders(world.freshPorts(), config());

    expect(result.summary.outcomes).toEqual({ 'up-to-date': TYPES.length });
    const registry = asked(world.destination).slice(before[0]);
    const upstream = asked(world.upstream).slice(before[1]);
    // The organization's providers and its keys are listed once a run, and the protocol's document is read once.
    expect(registry.filter((each) => /registry-providers\?|gpg-keys\?/.test(each))).toHaveLength(2);
    expect(registry).toHaveLength(2 * TYPES.length + 2);
    expect(discovery(upstream)).toHaveLength(1);
    expect(upstream).toHaveLength(4 * TYPES.length + 1);
  });

  it('in a function: 3 requests to the private registry, and none that grows with the organization', async () => {
    await using world = await realWorld(releases);
    const ports = world.freshPorts();
    await syncProviders(ports, config());
    const before = asked(world.destination).length;
    const [first] = config().providers;
    if (first === undefined) throw new Error('no entry');

    await using http = testHttpClient('destination');
    const { destination } = connectPrivateRegistry({
      http,
      address: world.destination.url,
      organization: 'example',
      token: createFakeTokenSource('test-token'),
      clock: ports.clock,
      lookup: 'single',
    });
    const { result } = await checkVersion({ ...ports, destinations: [destination] }, first);

    expect(result.outcome).toBe('up-to-date');
    expect(asked(world.destination).slice(before)).toHaveLength(3);
  });
});

describe('what a new version costs', () => {
  it('reads a platform of the public registry only when its package is to be downloaded', async () => {
    await using world = await realWorld(releases);
    await syncProviders(world.freshPorts(), configOf(entry('anvil')));
    const packages = asked(world.upstream).filter((each) => each.includes('/download/'));
    expect(packages).toHaveLength(PLATFORMS.length);
  });
});
