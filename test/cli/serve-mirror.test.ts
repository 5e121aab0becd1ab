import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zipContents } from '../../src/embedded/sample-registry/package-contents.ts';
import { runInProcess } from '../support/command-line.ts';
import { startProviderSync } from '../support/command-process.ts';
import { bytesOf } from '../support/registries.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { terraformIsHere } from '../support/terraform.ts';
import { INIT, runTerraform } from '../support/terraform-run.ts';

const temporaryFolder = temporaryFolders();
const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'];

/** `registry.terraform.io/acme/anvil` 1.0.0 as any tool could have mirrored it. */
async function writeMirror(folder: string): Promise<void> {
  const provider = join(folder, 'registry.terraform.io/acme/anvil');
  await mkdir(provider, { recursive: true });
  const archives: Record<string, unknown> = {};
  for (const platform of PLATFORMS) {
    const [os = '', arch = ''] = platform.split('_');
    const contents = zipContents('anvil', '1.0.0', { os, arch });
    const bytes = await bytesOf(contents.read(0, contents.size));
    const url = `terraform-provider-anvil_1.0.0_${platform}.zip`;
    await writeFile(join(provider, url), bytes);
    archives[platform] = { url, hashes: [`zh:${createHash('sha256').update(bytes).digest('hex')}`] };
  }
  await writeFile(join(provider, '1.0.0.json'), JSON.stringify({ archives }));
  await writeFile(join(provider, 'index.json'), JSON.stringify({ versions: { '1.0.0': {} } }));
}

interface Served {
  readonly url: string;
  readonly certificate: string;
  readonly clientConfiguration: string;
}

describe('serve --mirror', () => {
  it('says what to paste, and ends well on Ctrl-C', async () => {
    const folder = await temporaryFolder();
    await writeMirror(join(folder, 'mirror'));
    await mkdir(join(folder, 'mirror/mirror.example.com'));
    const args = ['serve', '--mirror', join(folder, 'mirror'), '--tls', '--data', folder, '--port', '0'];
    await using server = startProviderSync(args);
    await server.saying('Ctrl-C stops it.');
    server.process.kill('SIGINT');
    const { code, stdout } = await server.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/url +(= )"https:\/\/127\.0\.0\.1:\d+\/"/);
    const patterns = '["registry.terraform.io/*/*", "registry.opentofu.org/*/*", "mirror.example.com/*/*"]';
    expect(stdout).toContain(`include = ${patterns}`);
    expect(stdout).toContain(`exclude = ${patterns}`);
    expect(stdout).toContain(`export SSL_CERT_FILE=${join(folder, 'mirror-certificate.pem')}`);
    expect(await readFile(join(folder, 'mirror-certificate.pem'), 'utf8')).toMatch(
      /^-----BEGIN CERTIFICATE-----\n/,
    );
  });

  it.skipIf(!terraformIsHere)('serves a real terraform init, by what it said to paste', async () => {
    const folder = await temporaryFolder();
    await writeMirror(join(folder, 'mirror'));
    const args = ['serve', '--mirror', join(folder, 'mirror'), '--tls', '--data', folder, '--port', '0'];
    await using server = startProviderSync([...args, '--json']);
    await server.saying('}\n');
    const { clientConfiguration, certificate } = JSON.parse(server.stdout()) as Served;
    const init = (name: string, version: string) =>
      runTerraform(INIT, {
        folder: join(folder, name),
        cliConfig: clientConfiguration,
        certificate,
        providers: { anvil: { source: 'acme/anvil', version } },
      });
    const installed = await init('installed', '~> 1.0');
    expect(installed).toMatchObject({ code: 0 });
    expect(installed.output).toContain('Installed acme/anvil v1.0.0 (verified checksum)');
    const absent = await init('absent', '2.0.0');
    expect(absent).toMatchObject({ code: 1 });
    expect(absent.output).toContain('no available releases match');

    const zip = join(folder, 'mirror/registry.terraform.io/acme/anvil');
    for (const platform of PLATFORMS) {
      const path = join(zip, `terraform-provider-anvil_1.0.0_${platform}.zip`);
      const bytes = await readFile(path);
      bytes[60] = (bytes[60] ?? 0) ^ 1;
      await writeFile(path, bytes);
    }
    const changed = await init('changed', '1.0.0');
    expect(changed).toMatchObject({ code: 1 });
    expect(changed.output).toContain('checksum');
  });

  it.each([
    { args: ['--mirror', '.'], says: 'needs --tls' },
    { args: ['--mirror', '/no/such/folder', '--tls'], says: '/no/such/folder cannot be read (ENOENT)' },
    { args: ['--mirror', '.', '--tls', '--organization', 'x'], says: 'means nothing to a mirror' },
    { args: ['--mirror', '.', '--tls', '--port', 'x'], says: 'a whole number from 0 to 65535' },
    { args: ['--tls'], says: 'is for a mirror' },
  ])('refuses $args', async ({ args, says }) => {
    const { code, stderr } = await runInProcess(['serve', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  it('leads from a bundle to the mirror in it', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'mirror'));
    await writeFile(join(folder, 'manifest.json'), '{}');
    const { code, stderr } = await runInProcess(['serve', '--mirror', folder, '--tls']);
    expect(code).toBe(2);
    // A long path may stand on a line of its own.
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`--mirror ${join(folder, 'mirror')}`);
  });
});
