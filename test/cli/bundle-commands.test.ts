import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startMirrorServer } from '../../src/embedded/mirror-server/server.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { sampleReleases } from '../../src/embedded/sample-registry/sample-releases.ts';
import { runInProcess } from '../support/command-line.ts';
import { startProviderSync } from '../support/command-process.ts';
import { embeddedRegistry, installableVersions, sampleRegistry } from '../support/registries.ts';
import { anvil, weather } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { terraformIsHere } from '../support/terraform.ts';
import { INIT, runTerraform } from '../support/terraform-run.ts';

const temporaryFolder = temporaryFolders();

/** So that terraform finds a package wherever the test runs. */
const EVERYWHERE = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'darwin', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
];

let releases: readonly SampleRelease[];
beforeAll(async () => {
  releases = await sampleReleases();
});

/** What an export says, with a public registry that is gone afterwards. */
async function exported(args: readonly string[]) {
  await using source = await sampleRegistry(releases);
  return await runInProcess(['export', ...args, '--registry', source.url]);
}

interface BundleReport {
  readonly bundle: { readonly manifestSha256: string; readonly versions: number } | null;
}

describe('export and import', () => {
  it('carry providers to a private registry and a mirror, with no public registry in reach', async () => {
    const folder = await temporaryFolder();
    const outside = join(folder, 'outside.json');
    await writeFile(outside, JSON.stringify([anvil('~> 1.1', EVERYWHERE), weather('latest', EVERYWHERE)]));
    const tar = join(folder, 'bundle.tar');
    const out = await exported([outside, '--to', tar]);
    expect(out).toMatchObject({ code: 0 });
    expect(out.stdout).toMatch(/Bundle .*bundle\.tar: 2 versions, \d+ files, /);

    await using registry = await embeddedRegistry();
    const inside = join(folder, 'config.json');
    const mirror = join(folder, 'mirror');
    await writeFile(
      inside,
      JSON.stringify({
        destinations: [
          {
            name: 'hcp',
            kind: 'private-registry',
            organization: registry.organization,
            address: registry.url,
          },
          { name: 'mirror', kind: 'network-mirror', location: mirror },
        ],
        providers: [anvil('~> 1.1', EVERYWHERE), weather('latest', EVERYWHERE)],
      }),
    );
    const environment = { TFC_TOKEN: registry.token };
    const imported = await runInProcess(['import', tar, inside], environment);
    expect(imported).toMatchObject({ code: 0 });
    expect(imported.stdout).toContain('every digest and signature in it hold');
    expect(imported.stdout).toContain('Note: The config pins no signing key for');
    expect(Object.keys(await installableVersions(registry, 'anvil'))).toEqual(['1.2.0']);
    expect(await readdir(folder)).toContain('.provider-sync-imports.json');

    const again = await runInProcess(['import', tar, inside, '--json'], environment);
    expect(JSON.parse(again.stdout)).toMatchObject({
      summary: { outcomes: { 'up-to-date': 2 } },
      skipped: [],
    });
    await using source = await sampleRegistry(releases);
    const verified = await runInProcess(['verify', inside, '--deep', '--registry', source.url], environment);
    expect(verified).toMatchObject({ code: 0 });
  });

  it.skipIf(!terraformIsHere)('make a mirror that terraform installs from as the bundle stands', async () => {
    const folder = await temporaryFolder();
    const config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify([anvil('1.1.0', EVERYWHERE)]));
    await exported([config, '--to', join(folder, 'bundle')]);
    const server = await startMirrorServer({
      folder: join(folder, 'bundle/mirror'),
      port: 0,
      now: new Date(),
      onError: () => {},
    });
    try {
      const certificate = join(folder, 'certificate.pem');
      await writeFile(certificate, server.certificate);
      const init = await runTerraform(INIT, {
        folder: join(folder, 'work'),
        cliConfig: `provider_installation {\n network_mirror {\n url = "${server.url}"\n }\n}`,
        certificate,
        providers: { anvil: { source: 'acme/anvil', version: '~> 1.1' } },
      });
      expect(init).toMatchObject({ code: 0 });
      expect(init.output).toContain('Installed acme/anvil v1.1.0 (verified checksum)');
    } finally {
      await server.close();
    }
  });

  it('continue and refuse: deltas, signatures, order', async () => {
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    const key = generateKeyPairSync('ed25519');
    await writeFile(at('secret.pem'), key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(at('company.pem'), key.publicKey.export({ type: 'spki', format: 'pem' }));
    const destinations = [{ name: 'mirror', kind: 'network-mirror', location: at('mirror') }];
    await writeFile(at('one.json'), JSON.stringify({ destinations, providers: [anvil('1.0.0')] }));
    await writeFile(
      at('two.json'),
      JSON.stringify({ destinations, providers: [anvil('1.0.0'), anvil('1.1.0')] }),
    );

    expect(await exported([at('one.json'), '--to', at('one'), '--sign-key', at('secret.pem')])).toMatchObject(
      {
        code: 0,
      },
    );
    const second = await exported([at('two.json'), '--to', at('two.tar'), '--since', at('one'), '--json']);
    expect((JSON.parse(second.stdout) as BundleReport).bundle).toMatchObject({ versions: 1 });
    const nothing = await exported([at('one.json'), '--to', at('three'), '--since', at('two.tar')]);
    expect(nothing.stdout).toContain('Nothing is new: no bundle was written.');

    const importing = (...args: readonly string[]) =>
      runInProcess(['import', ...args, '--config', at('two.json')]);
    const early = await importing(at('two.tar'));
    expect(early).toMatchObject({ code: 2 });
    expect(early.stderr.replace(/\s+/g, ' ')).toContain('never imported whole');
    expect(await importing(at('one'), '--verify-key', at('company.pem'))).toMatchObject({ code: 0 });
    await symlink(at('two.tar'), at('link.tar'));
    expect(await importing(at('link.tar'))).toMatchObject({ code: 0 });
    const back = await importing(at('one'));
    expect(back).toMatchObject({ code: 2 });
    expect(back.stderr).toContain('--allow-older');
    expect(await importing(at('one'), '--allow-older')).toMatchObject({ code: 0 });
    const unsigned = await importing(at('two.tar'), '--verify-key', at('company.pem'));
    expect(unsigned).toMatchObject({ code: 1 });
    expect(unsigned.stderr).toContain('it is not signed');

    const bytes = await readFile(at('two.tar'));
    bytes[bytes.length - 3000] = (bytes[bytes.length - 3000] ?? 0) ^ 1;
    await writeFile(at('bad.tar'), bytes);
    const bad = await importing(at('bad.tar'), '--json');
    expect(bad).toMatchObject({ code: 1 });
    expect(JSON.parse(bad.stdout)).toMatchObject({ error: { code: 'BundleInvalid' } });
  });

  it('read a bundle from a pipe', async () => {
    const folder = await temporaryFolder();
    const config = join(folder, 'config.json');
    const destinations = [{ name: 'mirror', kind: 'network-mirror', location: join(folder, 'mirror') }];
    await writeFile(config, JSON.stringify({ destinations, providers: [anvil('1.0.0')] }));
    await exported([config, '--to', join(folder, 'bundle.tar')]);
    const pipe = join(folder, 'pipe');
    await new Promise<void>((resolve, reject) => {
      execFile('mkfifo', [pipe], (error) => (error ? reject(error) : resolve()));
    });
    await using command = startProviderSync(['import', pipe, config]);
    await writeFile(pipe, await readFile(join(folder, 'bundle.tar')));
    expect((await command.ended).code).toBe(0);
    expect(await readdir(join(folder, 'mirror/registry.terraform.io/acme'))).toEqual(['anvil']);
  });

  it.each([
    { args: ['export'], says: ['--to: is missing'] },
    {
      args: ['export', '--to', 'x', '--since', '/no/such'],
      says: ['--since: "/no/such" cannot be read (ENOENT)'],
    },
    { args: ['export', '--to', 'x', '--sign-key', '/no/such'], says: ['--sign-key:', 'does not exist'] },
    { args: ['import'], says: ['BUNDLE: is missing'] },
    { args: ['import', 'a', 'b', 'c'], says: ['c: is one argument too many'] },
    { args: ['import', 'a', '--verify-key', '/no/such'], says: ['--verify-key:', 'does not exist'] },
  ])('refuse $args', async ({ args, says }) => {
    const { code, stderr } = await runInProcess(args, { TFC_TOKEN: 'x', TFC_ORGANIZATION: 'x' });
    expect(code).toBe(2);
    for (const text of says) expect(stderr).toContain(text);
  });

  it('fail without leaving a bundle when a provider fails', async () => {
    const folder = await temporaryFolder();
    const config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify([anvil('1.0.0'), weather('99.0.0')]));
    const { code, stdout } = await exported([config, '--to', join(folder, 'bundle')]);
    expect(code).toBe(1);
    expect(stdout).toContain('No bundle was written.');
    expect((await readdir(folder)).toSorted()).toEqual(['.bundle.draft', 'config.json']);
  });
});
