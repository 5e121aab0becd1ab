import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderResult, RunResult } from '../../src/application/sync/results.ts';
import type { VerifyResult } from '../../src/application/verify/results.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { type Ran, runInProcess } from '../support/command-line.ts';
import { providerSync } from '../support/command-process.ts';
import {
  embeddedRegistry,
  publishRelease,
  sampleRegistry,
  type TestRegistry,
} from '../support/registries.ts';
import { anvil, configOf, twoPublishers, weather } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const TOKEN = 'secret.atlasv1.command-line';

interface World {
  readonly releases: readonly SampleRelease[];
  readonly source: Awaited<ReturnType<typeof sampleRegistry>>;
}

let world: World;
let registry: TestRegistry;
let configPath: string;
const changes: string[] = [];
const temporaryFolder = temporaryFolders();

beforeAll(async () => {
  const releases = await twoPublishers();
  world = { releases, source: await sampleRegistry(releases) };
});
afterAll(async () => {
  await world.source[Symbol.asyncDispose]();
});
beforeEach(async () => {
  changes.length = 0;
  registry = await embeddedRegistry({
    token: TOKEN,
    intercept: ({ method = '', url = '' }) => {
      if (method !== 'GET' && method !== 'HEAD') changes.push(`${method} ${url}`);
      return false;
    },
  });
  configPath = await writeConfig(anvil(), weather('3.0.0'));
  return async () => {
    await registry[Symbol.asyncDispose]();
  };
});

async function writeConfig(...entries: readonly Record<string, unknown>[]): Promise<string> {
  configOf(...entries);
  const path = join(await temporaryFolder(), 'config.json');
  await writeFile(path, JSON.stringify(entries));
  return path;
}

/** Runs against both registries, and checks what holds for every run: no token and no stack in what is said. */
async function command(...args: readonly string[]): Promise<Ran> {
  return checked(await runInProcess([...args, '--registry', world.source.url], settings()));
}

/** The same in a process of its own, where nothing stands between it and the streams. */
async function spawned(...args: readonly string[]): Promise<Ran> {
  const environment = settings();
  return checked(await providerSync([...args, '--registry', world.source.url], { environment }));
}

function checked(ran: Ran): Ran {
  expect(ran.stdout + ran.stderr).not.toContain(TOKEN);
  expect(ran.stderr).not.toMatch(/^\s+at /m);
  return ran;
}

function settings() {
  return { TFC_ADDRESS: registry.url, TFC_ORGANIZATION: registry.organization, TFC_TOKEN: TOKEN };
}

function outcomesOf({
  providers,
}: {
  readonly providers: readonly Pick<ProviderResult, 'address' | 'outcome'>[];
}) {
  return Object.fromEntries(providers.map(({ address, outcome }) => [address, outcome]));
}

const ANVIL = 'registry.terraform.io/acme/anvil';
const WEATHER = 'registry.terraform.io/globex/weather';

describe('plan', () => {
  it('shows what a sync would do and changes nothing', async () => {
    const { code, stdout } = await command('plan', configPath);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^acme\/anvil +latest +1\.1\.0 +to publish/m);
    expect(stdout).toContain('upload package linux_amd64');
    expect(stdout).toContain('2 providers: 2 to publish');
    expect(changes).toEqual([]);
  });

  it('ends with what to run next, as long as there is something to do', async () => {
    const args = [configPath, '--concurrency', '2'];
    const { stdout } = await command('plan', ...args, '--detailed-exitcode');
    const next = `provider-sync sync ${configPath} --registry ${world.source.url} --concurrency 2`;
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual(['To do it, run:', `  ${next}`]);
    expect((await command('sync', ...args)).code).toBe(0);
    const after = await command('plan', ...args);
    expect(after.stdout).toMatch(/^acme\/anvil .* up to date/m);
    expect(after.stdout).not.toContain('To do it');
  });

  it('tells by its exit code whether there is something to do, when that is asked for', async () => {
    const detailed = async (...args: readonly string[]) =>
      (await command('plan', ...args, '--detailed-exitcode')).code;
    expect(await detailed(configPath)).toBe(2);
    expect((await command('plan', configPath)).code).toBe(0);
    await command('sync', configPath);
    expect(await detailed(configPath)).toBe(0);
    const absent = await writeConfig(anvil('9.9.9'));
    expect(await detailed(absent)).toBe(1);
    // 2 would say that there are changes.
    expect(await detailed('no-such-file.json')).toBe(1);
    expect(await detailed(configPath, '--concurrency', '0')).toBe(1);
  });

  it('gives programs its steps taken apart, and the checks of each release', async () => {
    const { stdout } = await command('plan', configPath, '--json');
    const result = JSON.parse(stdout) as RunResult & { format_version: string };
    expect(result.format_version).toBe('1.0');
    const [first] = result.providers;
    expect(first?.plannedSteps.map(({ text }) => text)).toEqual(first?.steps);
    expect(first?.plannedSteps).toContainEqual({
      destination: 'private-registry',
      text: 'upload package linux_amd64',
      platform: { os: 'linux', arch: 'amd64' },
      filename: 'terraform-provider-anvil_1.1.0_linux_amd64.zip',
    });
    expect(first?.checks.map(({ passed }) => passed)).not.toContain(false);
    expect(first?.checks.length).toBeGreaterThan(2);
  });

  it('writes one JSON document on stdout and nothing else', async () => {
    const { code, stdout } = await spawned('plan', configPath, '--json');
    const result = JSON.parse(stdout) as RunResult;
    expect(code).toBe(0);
    expect(outcomesOf(result)).toEqual({ [ANVIL]: 'publish', [WEATHER]: 'publish' });
    expect(result.providers[0]).toMatchObject({
      requested: 'latest',
      version: '1.1.0',
      signedBy: world.releases[0]?.signingKeys[0]?.keyId,
      platforms: [
        { os: 'linux', arch: 'amd64', outcome: 'publish' },
        { os: 'darwin', arch: 'arm64', outcome: 'publish' },
      ],
    });
  });
});

describe('sync', () => {
  it('tells programs each event as it happens, and its result, on lines of their own', async () => {
    const { code, stdout, stderr } = await spawned('sync', configPath, '--json-lines');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { format_version: string; type: string; event?: { kind: string } });
    expect(new Set(lines.map(({ format_version: version }) => version))).toEqual(new Set(['1.0']));
    expect(lines.filter(({ event }) => event?.kind === 'ProviderVersionPublished')).toHaveLength(2);
    expect(lines.filter(({ event }) => event?.kind === 'PackageTransferFinished')).toHaveLength(4);
    expect(lines.at(-1)).toMatchObject({ type: 'result', summary: { ok: true, outcomes: { published: 2 } } });
    expect(lines.slice(0, -1).every(({ type }) => type === 'event')).toBe(true);
  });

  it('publishes, and a second time finds nothing to do', async () => {
    const first = await spawned('sync', '--config', configPath, '--json', '--concurrency', '2');
    const result = JSON.parse(first.stdout) as RunResult;
    expect(first.code).toBe(0);
    expect(outcomesOf(result)).toEqual({ [ANVIL]: 'published', [WEATHER]: 'published' });
    expect(result.summary).toMatchObject({ total: 2, outcomes: { published: 2 }, ok: true });
    expect(result.providers[0]?.platforms).toContainEqual({
      os: 'linux',
      arch: 'amd64',
      outcome: 'published',
      bytes: expect.any(Number),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(first.stderr).toContain('acme/anvil 1.1.0: published, signed by');

    changes.length = 0;
    const second = await command('sync', configPath);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain('2 providers: 2 up to date');
    expect(changes).toEqual([]);
  });

  it('reads ./config.json when no config is named', async () => {
    const { code, stdout } = await providerSync(['sync', '--registry', world.source.url], {
      environment: settings(),
      cwd: join(configPath, '..'),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('2 providers: 2 published');
  });

  it('says nothing when quiet and all is well', async () => {
    expect(await command('sync', configPath, '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('ends with 1 when one provider fails, having brought the other', async () => {
    const path = await writeConfig(anvil(), weather('9.9.9'));
    const { code, stdout } = await command('sync', path, '--json');
    const result = JSON.parse(stdout) as RunResult;
    expect(code).toBe(1);
    expect(outcomesOf(result)).toEqual({ [ANVIL]: 'published', [WEATHER]: 'failed' });
    expect(result.providers[1]?.error).toMatchObject({ code: 'VersionNotFound', origin: 'user' });
  });

  it('says only what failed when quiet', async () => {
    const path = await writeConfig(anvil(), weather('9.9.9'));
    const { code, stdout, stderr } = await command('sync', path, '--quiet');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^globex\/weather\n {2}VersionNotFound: /);
    expect(stderr).not.toContain('acme/anvil');
  });

  it('takes the token from a file, and warns of one that others can read', async () => {
    const tokenFile = join(await temporaryFolder(), 'token');
    await writeFile(tokenFile, `${TOKEN}\n`);
    await chmod(tokenFile, 0o644);
    const { code, stderr } = await runInProcess(
      ['sync', configPath, '--quiet', '--registry', world.source.url, '--token-file', tokenFile],
      { ...settings(), TFC_TOKEN: 'wrong' },
    );
    expect(code).toBe(0);
    expect(stderr).toBe(
      `Warning: The token file ${tokenFile} can be read by other users: chmod 600 ${tokenFile}\n`,
    );
  });

  it('tells of a token that the private registry rejects, without repeating it', async () => {
    const wrong = 'wrong.atlasv1.token';
    const { code, stdout, stderr } = await runInProcess(
      ['sync', configPath, '--json', '--registry', world.source.url],
      { ...settings(), TFC_TOKEN: wrong },
    );
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as RunResult).providers[0]?.error?.code).toBe('TokenRejected');
    expect(stdout + stderr).not.toContain(wrong);
  });
});

describe('verify', () => {
  it('finds what was synced equal to upstream, down to the stored bytes', async () => {
    await command('sync', configPath, '--quiet');
    const { code, stdout } = await command('verify', configPath, '--deep', '--json');
    const result = JSON.parse(stdout) as VerifyResult;
    expect(code).toBe(0);
    expect(result.summary).toMatchObject({ verified: 2, differing: 0, failed: 0, ok: true });
    expect(result.summary.bytes).toBeGreaterThan(0);
  });

  it('ends with 1 and names what differs', async () => {
    await command('sync', await writeConfig(anvil()), '--quiet');
    const { code, stdout } = await command('verify', configPath);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^globex\/weather .* differs/m);
    expect(stdout).toContain('2 providers: 1 verified, 1 differs');
  });
});

describe('keys', () => {
  const keyOf = (type: string) => world.releases.find((release) => release.type === type)?.signingKeys[0];

  it('fetch shows the keys a public registry lists, with fingerprint and expiry, and asks for no token', async () => {
    const { code, stdout } = await runInProcess([
      'keys',
      'fetch',
      'acme/anvil',
      '--registry',
      world.source.url,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('registry.terraform.io/acme/anvil 1.1.0 is published with:');
    expect(stdout).toContain(keyOf('anvil')?.keyId);
    expect(stdout).toMatch(/fingerprint +([0-9A-F]{4} ){9}[0-9A-F]{4}/);
    expect(stdout).toMatch(/expires +never/);
    expect(stdout).toContain('Acme');
  });

  it('fetch takes a version and writes one JSON document', async () => {
    const args = [
      'keys',
      'fetch',
      'acme/anvil',
      '--version',
      '~> 1.0.0',
      '--json',
      '--registry',
      world.source.url,
    ];
    const { code, stdout } = await runInProcess(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      address: ANVIL,
      version: '1.0.0',
      keys: [{ keyId: keyOf('anvil')?.keyId, expiresAt: null, revoked: false }],
    });
  });

  it('add, list and show go through the organization', async () => {
    const file = join(await temporaryFolder(), 'key.asc');
    const key = keyOf('anvil');
    await writeFile(file, key?.asciiArmor ?? '');
    const keys = async (...args: readonly string[]) => await runInProcess(['keys', ...args], settings());

    expect((await keys('list')).stdout).toBe('Organization example has no signing keys of its own.\n');
    expect((await keys('add', file)).stdout).toContain(`Added ${key?.keyId}.`);
    expect(JSON.parse((await keys('add', file, '--json')).stdout)).toMatchObject({
      keys: [{ keyId: key?.keyId, outcome: 'present' }],
    });
    expect((await keys('list')).stdout).toMatch(
      new RegExp(`^${key?.keyId} +\\d{4}-\\d\\d-\\d\\d +never +RSA 2048 +Acme`, 'm'),
    );
    const shown = await keys('show', key?.keyId.toLowerCase() ?? '');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('-----BEGIN PGP PUBLIC KEY BLOCK-----');
  });

  it('add refuses a file that holds no key, with exit code 2', async () => {
    const file = join(await temporaryFolder(), 'key.asc');
    await writeFile(file, 'not a key');
    const { code, stderr } = await runInProcess(['keys', 'add', file], settings());
    expect(code).toBe(2);
    expect(stderr).toContain('FILE:');
    expect(changes).toEqual([]);
  });

  it('show ends with 1 for a key the organization does not have', async () => {
    const { code, stderr } = await runInProcess(['keys', 'show', '0123456789ABCDEF'], settings());
    expect(code).toBe(1);
    expect(stderr).toContain('0123456789ABCDEF');
  });
});

it('a version published by other means is up to date for a plan', async () => {
  for (const release of world.releases) await publishRelease(registry, release);
  const { stdout } = await command('plan', configPath, '--json');
  expect(outcomesOf(JSON.parse(stdout) as RunResult)).toEqual({
    [ANVIL]: 'up-to-date',
    [WEATHER]: 'up-to-date',
  });
});
