import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CleanupResult } from '../../src/application/cleanup/results.ts';
import { runInProcess } from '../support/command-line.ts';
import { ORGANIZATION } from '../support/registries.ts';
import { providersOf, type RegistryHistory, registryHistory } from '../support/registry-history.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { terraformInit, terraformIsHere } from '../support/terraform.ts';

const temporaryFolder = temporaryFolders();

/** 1.0.0 to 1.0.199 */
const OLD_STABLE = Array.from({ length: 200 }, (_, patch) => `1.0.${patch}`);
const WHOLE = ['1.0.0', '1.0.3', '1.0.5', '1.0.10', '2.1.0', '3.0.0-beta1'];
/** What the public registry has left, so that a sync would publish 1.0.10 again for < 2. */
const UPSTREAM = ['1.0.10', '2.1.0', '3.0.0-beta1'];
const OTHERS = ['2.0.0', '2.0.1', '2.1.0-rc1', '2.1.0-rc2'];
const INHOUSE = ['0.1.0', '0.2.0', '0.3.0'];

/** The 150 newest stable versions are 2.0.0 to 2.1.0 and 1.0.199 down to 1.0.53. */
const DELETED = [
  ...OLD_STABLE.slice(0, 53).filter((version) => !['1.0.3', '1.0.5', '1.0.10'].includes(version)),
  '2.1.0-rc1',
  '2.1.0-rc2',
  '2.2.0',
];

const KEEPING = ['--keep', '150', '--remove-incomplete', '30'];

async function install(history: RegistryHistory, version: string): Promise<string> {
  return await terraformInit({
    folder: await temporaryFolder(),
    providersUrl: `${history.registry.url}/api/registry/v1/providers/`,
    token: history.registry.token,
    providers: { anvil: { source: `${ORGANIZATION}/anvil`, version } },
  });
}

async function cleanup(history: RegistryHistory, ...args: readonly string[]) {
  const config = join(await temporaryFolder(), 'config.json');
  const platforms = [{ os: 'linux', arch: 'amd64' }];
  const anvil = { provider: 'anvil', namespace: 'acme', platforms };
  const entries = [
    { ...anvil, version: '1.0.5', retain: ['1.0.3'] },
    { ...anvil, version: '~> 2.0' },
    { ...anvil, version: '< 2' },
    { ...anvil, provider: 'weather' },
  ];
  await writeFile(config, JSON.stringify(entries));
  const { url, organization, token } = history.registry;
  const registries = ['--address', url, '--registry', history.publicUrl];
  const ran = await runInProcess(['cleanup', config, ...registries, ...KEEPING, '--json', ...args], {
    TFC_ORGANIZATION: organization,
    TFC_TOKEN: token,
  });
  return { ...ran, result: JSON.parse(ran.stdout) as CleanupResult };
}

/** 208 versions of anvil, so three pages; an in-house provider and a public entry beside it. */
async function threePages(): Promise<RegistryHistory> {
  const history = await registryHistory();
  await history.publish('anvil', ...WHOLE);
  await history.list('anvil', ...OLD_STABLE.filter((version) => !WHOLE.includes(version)), ...OTHERS);
  await history.breakOff('anvil', '2.2.0');
  await history.offer('anvil', ...UPSTREAM);
  history.daysAgo(1);
  await history.breakOff('anvil', '2.3.0');
  await history.list('inhouse', ...INHOUSE);
  await history.refer('acme', 'weather');
  history.daysAgo(0);
  return history;
}

describe('cleanup of a registry with three pages of versions', () => {
  it('deletes exactly what the rules give up, as its dry run said, and then finds nothing to do', async () => {
    await using history = await threePages();
    const everything = await history.versionsOf('anvil');
    expect(everything).toHaveLength(208);

    const dry = await cleanup(history, '--dry-run');
    expect(dry.code).toBe(0);
    const deletions = DELETED.length;
    expect(dry.result).toMatchObject({ dryRun: true, providersChecked: 1, versionsToDelete: deletions });
    expect(dry.result.providers[0]?.toDelete.map(({ version }) => version)).toEqual(DELETED);
    expect(await history.versionsOf('anvil')).toEqual(everything);

    const real = await cleanup(history, '--yes');
    expect(real.code).toBe(0);
    expect(real.result).toMatchObject({ ok: true, providersChecked: 1, versionsDeleted: deletions });
    expect(real.result.providers[0]?.deleted.map(({ version }) => version)).toEqual(DELETED);
    const left = everything.filter((version) => !DELETED.includes(version));
    expect(left).toEqual(
      expect.arrayContaining(['1.0.3', '1.0.5', '1.0.10', '1.0.53', '2.3.0', '3.0.0-beta1']),
    );
    expect(await history.versionsOf('anvil')).toEqual(left);
    expect([...(await history.versionsOf('inhouse'))].sort()).toEqual(INHOUSE);
    expect(await providersOf(history.registry)).toEqual([
      'private/anvil',
      'private/inhouse',
      'public/weather',
    ]);

    const again = await cleanup(history, '--yes');
    expect(again).toMatchObject({ code: 0, result: { ok: true, versionsDeleted: 0 } });
  }, 120_000);

  it.skipIf(!terraformIsHere)(
    'leaves a real terraform init all it kept and takes only what it deleted',
    async () => {
      await using history = await threePages();
      for (const version of WHOLE) expect(await install(history, version)).toContain(`v${version}`);
      expect(await cleanup(history, '--yes')).toMatchObject({ code: 0 });
      for (const version of WHOLE.filter((one) => one !== '1.0.0')) {
        expect(await install(history, version)).toContain(`v${version}`);
      }
      expect(await install(history, '~> 2.0')).toContain('v2.1.0');
      await expect(install(history, '1.0.0')).rejects.toMatchObject({
        stderr: expect.stringContaining('no available releases match') as string,
      });
    },
    120_000,
  );
});
