import { describe, expect, it } from 'vitest';
import { checkVersion } from '../../src/application/sync/check-version.ts';
import { planProviders } from '../../src/application/sync/plan-providers.ts';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { anvil, configOf, freshWorld, LINUX, WINDOWS, weather } from '../support/sync-world.ts';

const world = freshWorld();

describe('a plan', () => {
  it('tells the steps of a new version in order, and takes none', async () => {
    const { providers, summary } = await planProviders(world.ports, configOf(anvil('1.1.0', [LINUX])));

    expect(providers[0]).toMatchObject({
      outcome: 'publish',
      version: '1.1.0',
      platforms: [{ outcome: 'publish' }],
    });
    expect(providers[0]?.steps.map((step) => step.split(' ').slice(0, 2).join(' '))).toEqual([
      'add signing',
      'create provider',
      'create version',
      'create platform',
      'upload package',
      'upload SHA256SUMS',
      'upload SHA256SUMS',
    ]);
    expect(summary).toMatchObject({ outcomes: { publish: 1 }, bytes: 0, ok: true });
    expect(world.privateRegistry.changes).toEqual([]);
    expect(world.publicRegistry.downloads).toEqual([]);
  });

  it('says of each provider what it would do, failures too', async () => {
    await syncProviders(world.ports, configOf(anvil('1.1.0', [LINUX])));

    const config = configOf(anvil('1.1.0', [LINUX, WINDOWS]), weather('3.0.0'), {
      provider: 'nothing',
      namespace: 'acme',
      platforms: [LINUX],
    });
    const { providers, summary } = await planProviders(world.ports, config);

    expect(providers.map(({ outcome }) => outcome)).toEqual(['complete', 'publish', 'failed']);
    expect(providers[0]?.platforms).toMatchObject([
      { outcome: 'up-to-date' },
      { os: 'windows', outcome: 'publish' },
    ]);
    expect(summary).toMatchObject({ outcomes: { complete: 1, publish: 1, failed: 1 }, ok: false });
  });

  it('names the version that was found of what fails after that', async () => {
    const pinned = { ...anvil('latest', [LINUX]), 'gpg-key-id': '0123456789ABCDEF' };
    const { providers } = await planProviders(world.ports, configOf(pinned));
    expect(providers).toMatchObject([{ requested: 'latest', version: '1.1.0', outcome: 'failed' }]);
  });
});

describe('the check of one provider', () => {
  it.each([
    ['an absent version', undefined, [LINUX], { versionExists: false, shouldProcess: true }],
    ['a complete version', [LINUX], [LINUX], { versionExists: true, shouldProcess: false, missing: [] }],
    [
      'a version without a platform of the config',
      [LINUX],
      [LINUX, WINDOWS],
      { versionExists: true, shouldProcess: true },
    ],
  ])('of %s', async (_, synced, asked, expected) => {
    if (synced !== undefined) await syncProviders(world.ports, configOf(anvil('1.1.0', synced)));
    const [entry] = configOf(anvil('latest', asked)).providers;

    const check = await checkVersion(world.ports, entry as NonNullable<typeof entry>);

    expect(check).toMatchObject({ resolvedVersion: '1.1.0', ...expected });
  });
});
