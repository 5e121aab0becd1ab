import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { runInProcess } from '../support/command-line.ts';
import { sampleRegistry } from '../support/registries.ts';
import { LINUX } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const newFolder = temporaryFolders();
let registry: Awaited<ReturnType<typeof sampleRegistry>>;
let folder: string;
let config: string;
let state: Record<string, string>;

beforeAll(async () => {
  const key = await makeSigningKey({ name: 'Acme' });
  const make = (version: string) =>
    makeSampleRelease({ namespace: 'acme', type: 'anvil', version, platforms: [LINUX], key });
  registry = await sampleRegistry(await Promise.all(['1.0.0', '1.1.0'].map(make)));
});

afterAll(() => registry.close());

beforeEach(async () => {
  folder = await newFolder();
  config = path.join(folder, 'config.json');
  state = { XDG_STATE_HOME: path.join(folder, 'state') };
  await writeConfig({ policy: { 'minimum-age': '7d' } });
});

async function writeConfig(more: Record<string, unknown>): Promise<void> {
  const provider = { provider: 'anvil', namespace: 'acme', platforms: [LINUX] };
  const destinations = [{ name: 'mirror', kind: 'network-mirror', location: path.join(folder, 'mirror') }];
  await writeFile(config, JSON.stringify({ ...more, destinations, providers: [provider] }));
}

const run = (command: 'plan' | 'sync' | 'verify', ...more: readonly string[]) =>
  runInProcess([command, config, '--registry', registry.url, ...more], state);
const ask = (...words: readonly string[]) => runInProcess(words, state);
const json = async (...words: readonly string[]) => JSON.parse((await ask(...words, '--json')).stdout);

async function inMirror(): Promise<readonly string[]> {
  const index = path.join(folder, 'mirror/registry.terraform.io/acme/anvil/index.json');
  const text = await readFile(index, 'utf8').catch(() => '{"versions":{}}');
  return Object.keys(JSON.parse(text).versions);
}

describe('a version on its way', () => {
  it('is held, approved, arrives, is recalled and leaves the mirror, and the evidence says so', async () => {
    const planned = await run('plan');
    expect(planned.code).toBe(0);
    expect(planned.stdout).toMatch(/acme\/anvil +latest +1\.1\.0 +mirror|acme\/anvil +latest +1\.1\.0 +held/);
    expect(planned.stdout).toMatch(
      /1\.1\.0 is held until \d{4}-\d\d-\d\d: 0 minutes old, and 7d are asked for/,
    );
    expect(planned.stdout).toContain('1 provider: 1 held');
    expect((await run('plan', '--fail-on-held')).code).toBe(1);
    expect((await run('sync', '--quiet')).stdout).toBe('');
    expect(await inMirror()).toEqual([]);

    const approved = await ask('approve', 'acme/anvil', '1.1.0', '--reason', 'read the diff', '--as', 'Ann');
    expect(approved).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^acme\/anvil 1\.1\.0 is approved by Ann/),
    });
    const again = await ask('approve', 'acme/anvil', '1.1.0', '--reason', 'read the diff', '--as', 'Ann');
    expect(again.stdout).toContain('was approved before');

    const synced = JSON.parse((await run('sync', '--json')).stdout);
    expect(synced.providers[0]).toMatchObject({ outcome: 'published', version: '1.1.0' });
    expect(await inMirror()).toEqual(['1.1.0']);
    expect((await run('verify')).code).toBe(0);

    const recalled = await ask('recall', 'acme/anvil', '~> 1.1', '--reason', 'it leaks', '--as', 'Bob');
    expect(recalled).toMatchObject({ code: 0, stdout: expect.stringContaining('is recalled by Bob') });
    const flagged = await run('plan');
    expect(flagged.stdout).toContain(
      '1.1.0 is recalled, it leaks; in mirror: a sync takes it out of the index',
    );
    expect((await run('verify')).code).toBe(1);
    await run('sync');
    expect(await inMirror()).toEqual([]);

    const evidence = await json('evidence', 'acme/anvil', '1.1.0');
    expect(evidence).toMatchObject({
      releases: [
        {
          signedBy: expect.stringMatching(/^[0-9A-F]{16}$/),
          approved: { by: 'Ann', reason: 'read the diff' },
          admitted: { rule: 'approved', by: 'Ann' },
        },
      ],
      recalls: [{ versions: '~> 1.1', by: 'Bob', reason: 'it leaks' }],
      deliveries: [
        { destination: 'mirror', what: 'published' },
        { destination: 'mirror', what: 'unlisted' },
      ],
    });
    const told = (await ask('evidence', 'acme/anvil', '1.1.0')).stdout;
    expect(told).toContain('Approved by Ann');
    expect(told).toContain('Taken out of the index of mirror');

    const { entries } = await json('history', 'acme/anvil', '1.1.0');
    expect(entries.length).toBeGreaterThan(5);
    expect((await ask('history')).stdout).toContain('versions.recalled');
    expect((await ask('history', 'acme/anvil', '--limit', '2')).stdout.trim().split('\n')).toHaveLength(3);

    await ask('unrecall', 'acme/anvil', '~> 1.1', '--reason', 'a false alarm');
    await run('sync');
    expect(await inMirror()).toEqual(['1.1.0']);
  }, 60_000);
});

describe('a ledger', () => {
  it('is neither made nor asked for without a policy, unless it is named', async () => {
    await writeConfig({});
    expect((await run('sync')).code).toBe(0);
    expect(await ask('history')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no ledger'),
    });
    const file = path.join(folder, 'own.sqlite');
    expect((await run('sync', '--ledger', file)).code).toBe(0);
    expect((await ask('history', 'acme/anvil', '--ledger', file)).stdout).toContain('version.confirmed');
  });

  it('shows by its chain, and by heads that were kept elsewhere, that it was rewritten', async () => {
    await run('plan');
    const heads = path.join(folder, 'heads.json');
    expect((await ask('ledger', 'heads', '--to', heads)).code).toBe(0);
    expect((await ask('ledger', 'heads', '--to', heads)).code).toBe(2);
    expect((await ask('ledger', 'verify', '--heads', heads)).stdout).toContain('nothing was rewritten');
    const file = path.join(folder, 'state/provider-sync/ledger.sqlite');
    const owner = new DatabaseSync(file);
    owner.exec('DROP TRIGGER entries_stay; DELETE FROM entries WHERE seq = (SELECT MAX(seq) FROM entries)');
    owner.close();
    expect((await ask('ledger', 'verify')).code).toBe(0);
    const found = await ask('ledger', 'verify', '--heads', heads);
    expect(found).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('is gone: the stream ends with'),
    });
    expect(JSON.parse((await ask('ledger', 'verify', '--heads', heads, '--json')).stdout)).toMatchObject({
      ok: false,
    });
  });

  it('is exported as JSON Lines of CloudEvents', async () => {
    await run('plan');
    const lines = (await ask('ledger', 'export')).stdout.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line));
    expect(events.length).toBeGreaterThan(3);
    for (const event of events) expect(event).toMatchObject({ specversion: '1.0', source: '/provider-sync' });
    const chained = (await ask('ledger', 'export', '--chained')).stdout.trim().split('\n');
    expect(chained).toHaveLength(lines.length);
    expect(JSON.parse(chained[0] ?? '')).toMatchObject({ seq: 1, previous: '0'.repeat(64) });
  });
});

describe('a mistake', () => {
  it.each([
    [['approve'], ['ADDRESS is missing', 'VERSION is missing', '--reason is missing']],
    [['approve', 'aws', '1.0', '--reason', 'x'], ['ADDRESS is "aws"']],
    [
      ['approve', 'acme/anvil', 'new', '--reason', ' '],
      ['VERSION is "new"', '--reason needs a value'],
    ],
    [['recall', 'acme/anvil', '>>1', '--reason', 'x'], ['VERSIONS']],
    [['evidence', 'acme/anvil'], ['VERSION is missing']],
    [['history', 'acme/anvil', '--limit', '0'], ['--limit is "0"']],
    [['ledger', 'verify', '--heads', '/nowhere'], ['/nowhere cannot be read']],
  ])('in %j is told with everything else', async (words, said) => {
    const { code, stderr } = await ask(...words);
    expect(code).toBe(2);
    for (const each of said) expect(stderr.replaceAll(/:? +|\s+/g, ' ')).toContain(each);
  });

  it('is an approval of what the ledger has never seen', async () => {
    await run('plan');
    const { code, stderr } = await ask('approve', 'acme/anvil', '9.0.0', '--reason', 'x');
    expect(code).toBe(2);
    expect(stderr).toContain('has never seen');
    expect((await ask('evidence', 'acme/anvil', '9.0.0')).code).toBe(2);
  });
});
