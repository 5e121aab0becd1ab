import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packCommand } from '../../delivery/package/pack.ts';
import { changesOf, releaseNotes } from '../../delivery/package/release-notes.ts';

const run = promisify(execFile);

/** Of the Nodes that the package is tried with, one that came long after it was last tried could behave differently. */
const NODE_22 = '22.23.3';
const NODE_20 = '20.20.2';

/** A plain Node as npm brings it; undefined where it cannot be had, which is an error in CI. */
async function plainNode(version: string): Promise<string | undefined> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = path.resolve(`.cache/node-${version}`);
  const program = path.join(folder, 'node_modules', name, 'bin/node');
  try {
    if (!existsSync(program)) {
      const making = `${folder}-${process.pid}`;
      await mkdir(making, { recursive: true });
      // Without a package.json of its own npm would install into the project around it.
      await writeFile(path.join(making, 'package.json'), '{}');
      await run(
        'npm',
        ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`],
        {
          cwd: making,
        },
      );
      await rm(folder, { recursive: true, force: true });
      await rename(making, folder);
    }
    return program;
  } catch (error) {
    if (process.env['CI'] !== undefined && process.env['CI'] !== 'false') throw error;
    console.warn(`Suites that need Node ${version} are skipped: ${String(error)}`);
    return undefined;
  }
}

const node22 = await plainNode(NODE_22);
const node20 = await plainNode(NODE_20);

let folder = '';
let installed = '';
let tarball = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-package-'));
  tarball = await packCommand(folder, 'octo-org/octo-repo');
  installed = path.join(folder, 'empty');
  await mkdir(installed);
  await writeFile(path.join(installed, 'package.json'), '{}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: installed });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const packageFolder = () => path.join(installed, 'node_modules/terraform-provider-synchronizer');
const manifest = () => JSON.parse(readFileSync(path.join(packageFolder(), 'package.json'), 'utf8'));
const program = () => path.join(installed, 'node_modules/.bin/provider-sync');

/** All files of the package, by their paths in it. */
const files = () =>
  (
    readdirSync(packageFolder(), { recursive: true, withFileTypes: true }) as unknown as readonly {
      isFile(): boolean;
      parentPath: string;
      name: string;
    }[]
  )
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(packageFolder(), path.join(entry.parentPath, entry.name)));

describe('the npm package', { timeout: 120_000 }, () => {
  it('installs as one package of a few megabytes, without a network', () => {
    const packages = readdirSync(path.join(installed, 'node_modules')).filter(
      (name) => !name.startsWith('.'),
    );
    expect(packages).toEqual(['terraform-provider-synchronizer']);
    const sizes = files().map((file) => statSync(path.join(packageFolder(), file)).size);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(8_000_000);
    console.log(`tarball ${statSync(tarball).size} bytes, installed ${bytes} bytes in ${sizes.length} files`);
  });

  it('holds the program and its documents, and nothing of the development', () => {
    const strange = files().filter(
      (file) =>
        !/^(dist\/[\w-]+\.mjs|dist\/sample-provider\.cjs|dist\/catalogue\/[\w./-]+|terraform\/kinds\/[\w./-]+|docs\/(?:[\w-]+\.md|images\/[\w-]+\.webp|samples\/[\w.-]+\.json)|schema\/(?:events\/)?[\w.-]+\.json|README\.md|CHANGELOG\.md|LICENSE|THIRD-PARTY-NOTICES\.txt|package\.json)$/.test(
          file,
        ),
    );
    expect(strange).toEqual([]);
    for (const file of [
      'LICENSE',
      'CHANGELOG.md',
      'THIRD-PARTY-NOTICES.txt',
      'dist/provider-sync.mjs',
      'terraform/kinds/example/module/.terraform.lock.hcl',
    ]) {
      expect(files()).toContain(file);
    }
  });

  it('says what it is, where it comes from and what it needs, and runs nothing when it is installed', () => {
    const { scripts, dependencies, devDependencies, private: isPrivate, ...said } = manifest();
    expect([scripts, dependencies, devDependencies, isPrivate]).toEqual(Array(4).fill(undefined));
    expect(said).toMatchObject({
      license: 'Apache-2.0',
      repository: { type: 'git', url: 'git+https://github.com/octo-org/octo-repo.git' },
      engines: { node: expect.stringMatching(/^>=22/) },
      bin: { 'provider-sync': 'dist/provider-sync.mjs' },
      type: 'module',
    });
    expect(readFileSync(path.join(packageFolder(), 'LICENSE'), 'utf8')).toContain('Apache License');
  });

  it('names everybody whose code is in it, with the texts of their licences', () => {
    const notices = readFileSync(path.join(packageFolder(), 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['openpgp', 'undici', 'zod', 'commander', '@aws-sdk/client-s3']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
    expect(notices).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
    expect(notices).toContain('Permission is hereby granted');
  });

  const storyOn = async (node: string) => {
    const empty = await mkdtemp(path.join(folder, 'run-'));
    const environment = { PATH: `${path.dirname(node)}:/usr/bin:/bin`, HOME: empty, TMPDIR: empty };
    const start = (...args: readonly string[]) =>
      run(node, [program(), ...args], { cwd: empty, env: environment });
    expect((await start('--version')).stdout.trim()).toBe(manifest().version);
    expect((await start('--help')).stdout).toContain('sync');
    const { stdout, stderr } = await start('demo');
    return `${stdout}${stderr}`;
  };

  it('tells its whole story from an empty folder on plain Node 24', async () => {
    expect(await storyOn(process.execPath)).toMatch(/verif/i);
  });

  it.skipIf(node22 === undefined)('tells its whole story from an empty folder on plain Node 22', async () => {
    expect(await storyOn(node22 ?? '')).toMatch(/verif/i);
  });

  it.each([
    ['DynamoDB', ['deployments', 'list', '--requests', 'dynamodb://deployments']],
    ['S3', ['deployments', 'kinds', '--kinds', 's3://acme-deployments/catalogue']],
  ])('has the client of %s with it, which is loaded only when it is asked for', async (_, args) => {
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_MAX_ATTEMPTS: '1',
      // Nothing listens there.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    };
    const failing = run(process.execPath, [program(), ...args], { cwd: installed, env: environment });
    await expect(failing).rejects.toMatchObject({ stderr: expect.stringContaining('(ECONNREFUSED)') });
  });

  it.skipIf(node20 === undefined)('says to a Node that is too old which one it needs', async () => {
    const failing = run(node20 ?? '', [program(), 'demo'], { cwd: installed });
    await expect(failing).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Error: .*Node.*\n$/),
    });
  });
});

describe('the notes of a release', () => {
  it('are there for the version of package.json', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(changesOf(readFileSync('CHANGELOG.md', 'utf8'), version)).toContain('provider-sync');
  });

  it('hold the section of the changelog and each commit', () => {
    const changelog =
      '# Changelog\n\n## Unreleased\n\n- soon\n\n## 1.2.0 - 2026-01-01\n\n- this\n\n## 1.1.0\n\n- that\n';
    expect(releaseNotes(changesOf(changelog, '1.2.0'), ['Add <b> by @ann'], 'v1.1.0')).toBe(
      '- this\n\n### Every commit since v1.1.0\n\n- Add \\<b\\> by \\@ann\n',
    );
    expect(() => changesOf(changelog, '1.3.0')).toThrow('CHANGELOG.md has no section "## 1.3.0".');
  });
});
