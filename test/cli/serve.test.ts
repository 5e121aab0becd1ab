import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleReleases } from '../../src/embedded/sample-registry/sample-releases.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { providerSync, startProviderSync } from '../support/command-process.ts';
import { registryApi, sampleRegistry } from '../support/registries.ts';
import { anvil } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { terraformInit, terraformIsHere } from '../support/terraform.ts';

/** So that terraform finds a package wherever the test runs. */
const EVERYWHERE = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'darwin', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
];

const temporaryFolder = temporaryFolders();

describe('serve', () => {
  it('says where it is, where its token is, and ends well on Ctrl-C', async () => {
    const data = await temporaryFolder();
    await using server = startProviderSync(['serve', '--data', data, '--port', '0']);
    await server.saying('Ctrl-C stops it.');
    server.process.kill('SIGINT');
    const { code, stdout } = await server.ended;
    const token = (await readFile(join(data, 'token'), 'utf8')).trim();
    expect(code).toBe(0);
    expect(stdout).toMatch(/organization "example" is at http:\/\/127\.0\.0\.1:\d+/);
    expect(stdout).toContain(`in ${join(data, 'token')}`);
    expect(stdout).toContain('host "localhost" {');
    expect(stdout).toContain(`export TFC_TOKEN_FILE=${join(data, 'token')}`);
    expect(stdout).not.toContain(token);
  });

  it.skipIf(process.platform === 'win32')(
    'keeps its token for its owner alone, and from run to run',
    async () => {
      const data = await temporaryFolder();
      const tokens: string[] = [];
      for (let run = 0; run < 2; run += 1) {
        await using server = startProviderSync(['serve', '--data', data, '--port', '0', '--json']);
        await server.saying('}\n');
        tokens.push(await readFile(join(data, 'token'), 'utf8'));
      }
      expect(tokens[1]).toBe(tokens[0]);
      expect(tokens[0]?.trim().length).toBeGreaterThanOrEqual(32);
      expect((await stat(join(data, 'token'))).mode & 0o777).toBe(0o600);
    },
  );

  it('refuses a folder that another registry has, and names that one', async () => {
    const data = await temporaryFolder();
    const serve = ['serve', '--data', data, '--port', '0', '--json'];
    await using server = startProviderSync(serve);
    await server.saying('}\n');
    const { code, stderr } = await providerSync(serve);
    expect(code).toBe(2);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /is in use by another registry at http:\/\/127\.0\.0\.1:\d+/,
    );
  });

  it('goes on in the folder of a registry that was killed', async () => {
    const data = await temporaryFolder();
    const serve = ['serve', '--data', data, '--port', '0', '--json'];
    await using server = startProviderSync(serve);
    await server.saying('}\n');
    server.process.kill('SIGKILL');
    await server.ended;
    await using next = startProviderSync(serve);
    await next.saying('}\n');
    expect(await readFile(join(data, 'registry/in-use.json'), 'utf8')).toMatch(/127\.0\.0\.1/);
  });

  it('takes what no client could verify only with --lenient', async () => {
    const statuses: number[] = [];
    for (const lenient of [[], ['--lenient']]) {
      const data = await temporaryFolder();
      await using server = startProviderSync(['serve', '--data', data, '--port', '0', '--json', ...lenient]);
      await server.saying('}\n');
      const { url } = JSON.parse(server.stdout()) as { url: string };
      const token = (await readFile(join(data, 'token'), 'utf8')).trim();
      const { asciiArmor } = await makeSigningKey({ algorithm: 'ed25519' });
      statuses.push((await registryApi({ url, token }).createKey(asciiArmor)).status);
    }
    expect(statuses).toEqual([422, 201]);
  });

  it('refuses a data folder that cannot be', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const { code, stderr } = await providerSync(['serve', '--data', join(file, 'data'), '--port', '0']);
    expect(code).toBe(2);
    expect(stderr).toContain('--data:');
  });

  it('refuses a port that is taken', async () => {
    await using other = await sampleRegistry([]);
    const data = await temporaryFolder();
    const { code, stderr } = await providerSync(['serve', '--data', data, '--port', String(other.port)]);
    expect(code).toBe(2);
    expect(stderr).toContain(String(other.port));
  });

  it.skipIf(!terraformIsHere)(
    'takes a sync with TFC_TOKEN, and terraform init installs from it',
    async () => {
      await using source = await sampleRegistry(await sampleReleases());
      const folder = await temporaryFolder();
      const environment = { TFC_TOKEN: 'a-token-of-my-own' };
      await using server = startProviderSync(
        ['serve', '--data', join(folder, 'data'), '--port', '0', '--organization', 'mine', '--json'],
        { environment },
      );
      await server.saying('}\n');
      const { url } = JSON.parse(server.stdout()) as { url: string };
      const config = join(folder, 'config.json');
      await writeFile(config, JSON.stringify([anvil('latest', EVERYWHERE)]));
      const synced = await providerSync(['sync', config, '--registry', source.url], {
        environment: { ...environment, TFC_ADDRESS: url, TFC_ORGANIZATION: 'mine' },
      });
      expect(synced.code).toBe(0);
      const output = await terraformInit({
        folder,
        providersUrl: `${url}/api/registry/v1/providers/`,
        token: environment.TFC_TOKEN,
        providers: { anvil: { source: 'mine/anvil', version: '1.2.0' } },
      });
      expect(output).toContain('mine/anvil v1.2.0');
    },
  );
});
