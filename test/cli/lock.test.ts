import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startMirrorServer } from '../../src/embedded/mirror-server/server.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { sampleReleases } from '../../src/embedded/sample-registry/sample-releases.ts';
import { runInProcess } from '../support/command-line.ts';
import { CLIENTS } from '../support/programs.ts';
import { embeddedRegistry, sampleRegistry } from '../support/registries.ts';
import { anvil, weather } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { INIT, runTerraform } from '../support/terraform-run.ts';

const temporaryFolder = temporaryFolders();

const THREE = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'darwin', arch: 'arm64' },
];
const PLATFORM_FLAGS = THREE.map(({ os, arch }) => `-platform=${os}_${arch}`);
const READONLY = [...INIT, '-lockfile=readonly'];
/** Terraform's warnings about lock files that are not as it would write them. */
const WARNINGS = /Incomplete lock file information|Provider lock file not updated|Warning/;

let releases: readonly SampleRelease[];
beforeAll(async () => {
  releases = await sampleReleases();
});

/** A config that mirrors into a folder, and that folder filled; the public registry is gone afterwards. */
async function mirrored(...providers: readonly object[]) {
  const folder = await temporaryFolder();
  const config = join(folder, 'config.json');
  const mirror = join(folder, 'mirror');
  const destinations = [{ name: 'mirror', kind: 'network-mirror', location: mirror }];
  await writeFile(config, JSON.stringify({ destinations, providers }));
  await using source = await sampleRegistry(releases);
  expect(await runInProcess(['sync', config, '--registry', source.url])).toMatchObject({ code: 0 });
  const work = join(folder, 'work');
  await mkdir(work);
  return { folder, config, mirror, work, lock: join(work, '.terraform.lock.hcl') };
}

async function requireProviders(work: string, sources: Readonly<Record<string, string>>) {
  const required = Object.entries(sources).map(
    ([name, source]) => `    ${name} = { source = "${source}" }\n`,
  );
  await writeFile(join(work, 'main.tf'), `terraform {\n  required_providers {\n${required.join('')}  }\n}\n`);
}

for (const { client, program, absent } of CLIENTS) {
  describe.skipIf(absent)(`a lock file for three platforms and a real ${client}`, () => {
    it('passes "init -lockfile=readonly" without a warning', async () => {
      const { folder, config, mirror, work, lock } = await mirrored(
        anvil('1.1.0', THREE),
        weather('latest', THREE),
      );
      await requireProviders(work, { anvil: 'registry.terraform.io/acme/anvil' });
      const locked = await runInProcess(['lock', config, '--dir', work]);
      expect(locked).toMatchObject({ code: 0 });
      expect(locked.stdout).toContain('linux_amd64, linux_arm64, darwin_arm64');
      const text = await readFile(lock, 'utf8');
      expect(text.match(/"h1:/g)).toHaveLength(new Set(text.match(/"h1:[^"]+"/g)).size);
      expect(text).not.toContain('weather');

      const server = await startMirrorServer({ folder: mirror, port: 0, now: new Date(), onError: () => {} });
      try {
        const certificate = join(folder, 'certificate.pem');
        await writeFile(certificate, server.certificate);
        const init = await runTerraform(READONLY, {
          folder: work,
          program,
          cliConfig: `provider_installation {\n network_mirror {\n url = "${server.url}"\n }\n}`,
          certificate,
          providers: { anvil: { source: 'registry.terraform.io/acme/anvil', version: '~> 1.1.0' } },
        });
        expect(init).toMatchObject({ code: 0 });
        expect(init.output).toMatch(/Installed (?:registry\.terraform\.io\/)?acme\/anvil v1\.1\.0/);
        expect(init.output).not.toMatch(WARNINGS);
        expect(await readFile(lock, 'utf8')).toBe(text);
      } finally {
        await server.close();
      }
    });

    it('is byte for byte what "providers lock" writes', async () => {
      const { config, work, lock } = await mirrored(anvil('1.1.0', THREE), weather('latest', THREE));
      await using source = await sampleRegistry(releases);
      const direct = {
        folder: work,
        program,
        cliConfig: `host "registry.terraform.io" {\n services = { "providers.v1" = "${source.url}/catalog/providers/" }\n}`,
        providers: {
          anvil: { source: 'registry.terraform.io/acme/anvil', version: '~> 1.1.0' },
          weather: { source: 'registry.terraform.io/globex/weather', version: '>= 3.0.0' },
        },
      };
      const theirs = await runTerraform(['providers', 'lock', '-no-color', ...PLATFORM_FLAGS], direct);
      expect(theirs).toMatchObject({ code: 0 });
      const text = await readFile(lock, 'utf8');
      expect(text.match(/"h1:/g)?.length).toBeGreaterThan(2);

      expect(await runInProcess(['lock', config, '--dir', work])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('nothing to change') as string,
      });
      const emptied = text.replaceAll(/ {2}hashes = \[[^\]]*\]\n/g, '');
      await writeFile(lock, emptied);
      expect(await runInProcess(['lock', config, '--dir', work])).toMatchObject({ code: 0 });
      expect(await readFile(lock, 'utf8')).toBe(text);
    });

    it('locks the private registry’s address from what that one holds alone', async () => {
      const folder = await temporaryFolder();
      const config = join(folder, 'config.json');
      await writeFile(config, JSON.stringify([anvil('1.1.0', THREE)]));
      await using registry = await embeddedRegistry();
      await using source = await sampleRegistry(releases);
      const environment = {
        TFC_TOKEN: registry.token,
        TFC_ADDRESS: registry.url,
        TFC_ORGANIZATION: registry.organization,
      };
      expect(await runInProcess(['sync', config, '--registry', source.url], environment)).toMatchObject({
        code: 0,
      });
      const work = join(folder, 'work');
      await mkdir(work);
      const own = `localhost/${registry.organization}/anvil`;
      await requireProviders(work, { anvil: own });
      const downloads = ['lock', config, '--dir', work, '--private', '--registry', source.url];
      expect(await runInProcess(downloads, environment)).toMatchObject({ code: 0 });
      const init = await runTerraform(READONLY, {
        folder: work,
        program,
        cliConfig: `host "localhost" {\n services = { "providers.v1" = "${registry.url}/api/registry/v1/providers/" }\n}\ncredentials "localhost" {\n token = "${registry.token}"\n}`,
        providers: { anvil: { source: own, version: '1.1.0' } },
      });
      expect(init).toMatchObject({ code: 0 });
      expect(init.output).not.toMatch(WARNINGS);
    });
  });
}

describe('lock', () => {
  it('keeps the version that is locked while it is held, and moves on with --upgrade', async () => {
    const { config, work, lock } = await mirrored(anvil('1.0.0'), anvil('1.1.0'));
    await requireProviders(work, { anvil: 'acme/anvil' });
    await writeFile(lock, '# mine\nprovider "registry.terraform.io/acme/anvil" {\n  version = "1.0.0"\n}\n');
    const version = async (...flags: readonly string[]) => {
      expect(await runInProcess(['lock', config, '--dir', work, ...flags])).toMatchObject({ code: 0 });
      return /version = "(.*)"/.exec(await readFile(lock, 'utf8'))?.[1];
    };
    expect(await version()).toBe('1.0.0');
    expect(await version('--upgrade')).toBe('1.1.0');
    expect(await version()).toBe('1.1.0');
    expect(await readFile(lock, 'utf8')).toMatch(/^# mine\n/);
  });

  it('finds what called modules require, and locks everything with --all or without a module', async () => {
    const { config, work, lock } = await mirrored(anvil('1.1.0'), weather());
    const locked = async (...flags: readonly string[]) => {
      await runInProcess(['lock', config, '--dir', work, ...flags]);
      return (await readFile(lock, 'utf8')).match(/(?<=^provider ").*(?=")/gm);
    };
    await mkdir(join(work, 'modules/sky'), { recursive: true });
    await writeFile(join(work, 'main.tf'), 'module "sky" {\n  source = "./modules/sky"\n}\n');
    await requireProviders(join(work, 'modules/sky'), { weather: 'globex/weather' });
    expect(await locked()).toEqual(['registry.terraform.io/globex/weather']);
    const all = ['registry.terraform.io/acme/anvil', 'registry.terraform.io/globex/weather'];
    expect(await locked('--all')).toEqual(all);
    const { config: other, work: empty, lock: fresh } = await mirrored(anvil('1.1.0'), weather());
    await runInProcess(['lock', other, '--dir', empty]);
    expect((await readFile(fresh, 'utf8')).match(/(?<=^provider ").*(?=")/gm)).toEqual(all);
  });

  it('leaves an entry that was made from another release, and locks the others', async () => {
    const { config, work, lock } = await mirrored(anvil('1.1.0'), weather());
    const foreign = `provider "registry.terraform.io/acme/anvil" {\n  version = "1.1.0"\n  hashes = [\n    "zh:${'a'.repeat(64)}",\n  ]\n}\n`;
    await writeFile(lock, foreign);
    const { code, stdout } = await runInProcess(['lock', config, '--dir', work, '--all', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      written: true,
      providers: [
        { outcome: 'failed', error: { code: 'VersionConflict' } },
        { outcome: 'locked', sources: ['mirror'], platforms: ['linux_amd64', 'darwin_arm64'] },
      ],
    });
    expect((await readFile(lock, 'utf8')).startsWith(foreign)).toBe(true);
  });

  it('says what is not held', async () => {
    const { config, folder, work } = await mirrored(anvil('1.1.0'));
    const missing = await runInProcess([
      'lock',
      config,
      '--dir',
      work,
      '--platform',
      'linux_amd64',
      '--platform',
      'plan9_386',
    ]);
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stdout.replace(/\s+/g, ' ')).toContain('1.1.0 for plan9_386');
    const wider = join(folder, 'wider.json');
    const destinations = [{ name: 'mirror', kind: 'network-mirror', location: join(folder, 'mirror') }];
    await writeFile(wider, JSON.stringify({ destinations, providers: [anvil('1.0.0')] }));
    const version = await runInProcess(['lock', wider, '--dir', work]);
    expect(version.stdout.replace(/\s+/g, ' ')).toContain('in a version that fits "1.0.0"');
  });

  it('refuses a mirror whose SHA256SUMS was changed', async () => {
    const { config, work, mirror } = await mirrored(anvil('1.1.0'));
    const evidence = join(mirror, 'registry.terraform.io/acme/anvil/1.1.0.evidence');
    await copyFile(join(evidence, 'SHA256SUMS'), join(work, 'before'));
    const changed = (await readFile(join(work, 'before'), 'utf8')).replace(/^[0-9a-f]{8}/, '00000000');
    await writeFile(join(evidence, 'SHA256SUMS'), changed);
    const { code, stdout } = await runInProcess(['lock', config, '--dir', work, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      written: false,
      providers: [{ error: { code: 'SignatureInvalid' } }],
    });
  });

  it.each([
    { flags: ['--dir', '/no/such/folder'], says: '/no/such/folder" cannot be read (ENOENT)' },
    { flags: ['--platform', 'linux-amd64'], says: 'Write it as in linux_amd64' },
  ])('refuses $flags', async ({ flags, says }) => {
    const { config } = await mirrored(anvil('1.1.0', [THREE[0] as (typeof THREE)[0]]));
    const { code, stderr } = await runInProcess(['lock', config, ...flags]);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  it('touches nothing when the lock file is malformed', async () => {
    const { config, work, lock } = await mirrored(anvil('1.1.0'));
    await writeFile(lock, 'provider "registry.terraform.io/acme/anvil" {\n');
    const { code, stderr } = await runInProcess(['lock', config, '--dir', work]);
    expect(code).toBe(2);
    expect(stderr).toContain('Line 2 of the dependency lock file');
    expect(await readFile(lock, 'utf8')).toBe('provider "registry.terraform.io/acme/anvil" {\n');
  });
});
