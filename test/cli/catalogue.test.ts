import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Happenings } from '../../src/domain/catalogue/form/happenings.ts';
import type { Overview } from '../../src/domain/catalogue/form/overview.ts';
import type { Pointer } from '../../src/domain/catalogue/form/pointer.ts';
import type { ProviderDetail } from '../../src/domain/catalogue/form/provider.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { runInProcess } from '../support/command-line.ts';
import { startProviderSync } from '../support/command-process.ts';
import { sampleRegistry } from '../support/registries.ts';
import { DARWIN, LINUX } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const newFolder = temporaryFolders();
const ANVIL = 'registry.terraform.io/acme/anvil';
let registry: Awaited<ReturnType<typeof sampleRegistry>>;
let folder: string;
let config: string;
let state: Record<string, string>;

beforeAll(async () => {
  const key = await makeSigningKey({ name: 'Acme' });
  const make = (version: string) =>
    makeSampleRelease({ namespace: 'acme', type: 'anvil', version, platforms: [LINUX, DARWIN], key });
  registry = await sampleRegistry(await Promise.all(['1.0.0', '1.1.0', '2.0.0'].map(make)));
});

afterAll(() => registry.close());

beforeEach(async () => {
  folder = await newFolder();
  config = path.join(folder, 'config.json');
  state = { XDG_STATE_HOME: path.join(folder, 'state') };
});

async function writeConfig(
  more: Record<string, unknown>,
  mirror: Record<string, unknown> = {},
): Promise<void> {
  const provider = { provider: 'anvil', namespace: 'acme', version: '~> 1.0', platforms: [LINUX, DARWIN] };
  const location = path.join(folder, 'mirror');
  const destinations = [{ name: 'mirror', kind: 'network-mirror', location, ...mirror }];
  await writeFile(config, JSON.stringify({ ...more, destinations, providers: [provider] }));
}

const run = (...words: readonly string[]) => runInProcess([...words, '--registry', registry.url], state);
const sync = (...more: readonly string[]) => run('sync', config, ...more);

/** What a reader finds in a catalogue's folder, by following the pointer. */
async function readCatalogue(at: string) {
  const read = async <T>(name: string) => JSON.parse(await readFile(path.join(at, name), 'utf8')) as T;
  const pointer = await read<Pointer>('catalogue.json');
  const overview = await read<Overview>(pointer.overview);
  const happenings = await read<Happenings>(pointer.happenings);
  const details = await Promise.all(overview.providers.map(({ detail }) => read<ProviderDetail>(detail)));
  return { pointer, overview, happenings, details };
}

describe('provider-sync catalogue', () => {
  it('writes what a mirror holds, with the page', async () => {
    await writeConfig({});
    await sync();
    const to = path.join(folder, 'site');
    const wrote = await run('catalogue', config, '--to', to, '--json');
    expect(wrote.code).toBe(0);
    expect(JSON.parse(wrote.stdout)).toMatchObject({ location: to, providers: 1, removed: 0 });
    const { pointer, overview, happenings, details } = await readCatalogue(to);
    expect(overview.providers).toMatchObject([
      { address: ANVIL, newest: '1.1.0', behind: 1, upstream: '2.0.0', states: ['behind', 'available'] },
    ]);
    expect(overview.platforms).toEqual(['darwin_arm64', 'linux_amd64']);
    expect(overview.signers).toMatchObject([{ userIds: [expect.stringContaining('Acme')] }]);
    expect(details[0]?.versions[0]?.packages).toHaveLength(2);
    expect(overview.missing).toEqual([expect.stringContaining('No ledger was read')]);
    expect(happenings.runs).toEqual([]);
    const page = await readFile(path.join(to, 'index.html'), 'utf8');
    expect(page).toContain('Content-Security-Policy');
    for (const asset of pointer.assets) expect(page).toContain(asset);
    expect((await readdir(to)).toSorted()).toEqual(['assets', 'catalogue.json', 'data', 'index.html']);
  });

  it('asks upstream nothing with --offline, and says so', async () => {
    await writeConfig({});
    await sync();
    const to = path.join(folder, 'site');
    const wrote = await runInProcess(
      ['catalogue', config, '--to', to, '--offline', '--registry', 'http://127.0.0.1:9'],
      state,
    );
    expect(wrote.stdout).toContain('The catalogue of 1 provider is in');
    const { overview, details } = await readCatalogue(to);
    expect(overview.providers[0]).toMatchObject({ behind: null, upstream: null });
    expect(overview.missing).toContainEqual(expect.stringContaining('Upstream was not asked'));
    expect(details[0]?.missing).toEqual([]);
  });

  it('tells what could not be read, and writes the rest', async () => {
    await writeConfig({});
    const unreachable = 'http://127.0.0.1:9';
    const wrote = await runInProcess(
      ['catalogue', config, '--to', path.join(folder, 'site'), '--registry', unreachable],
      state,
    );
    expect(wrote.code).toBe(0);
    const { details } = await readCatalogue(path.join(folder, 'site'));
    expect(details[0]?.missing).toEqual([expect.stringContaining('What upstream has is not known')]);
  }, 60_000);

  it.each([
    { args: [], says: 'Name a folder, or s3://BUCKET/PREFIX.' },
    { args: ['--to', 's3://x'], says: 'is not a bucket' },
    { args: ['--to', 'https://example.com'], says: 'neither an s3:// location nor a folder' },
  ])('refuses $args', async ({ args, says }) => {
    await writeConfig({});
    const { code, stderr } = await run('catalogue', config, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

describe('a sync with "catalogue": true', () => {
  const beside = () => readCatalogue(path.join(folder, 'mirror/catalogue'));

  it('writes it beside the mirror when something changed, and tells of the run', async () => {
    const ledger = ['--ledger', path.join(folder, 'ledger.sqlite')];
    await writeConfig({}, { catalogue: true });
    expect((await sync(...ledger)).code).toBe(0);
    const first = await beside();
    expect(first.overview.destinations[0]?.client).toMatchObject({ url: '../' });
    expect(first.happenings.runs).toMatchObject([
      { id: first.pointer.made.run, what: 'sync', ok: true, outcomes: { published: 1 } },
    ]);
    expect(first.details[0]?.versions[0]?.admission).toMatchObject({ rule: 'no-age-asked' });

    // The same again is nothing new.
    expect((await sync(...ledger)).code).toBe(0);
    expect((await beside()).pointer).toEqual(first.pointer);

    // Neither verify nor cleanup nor clients take it for anything of the mirror's.
    expect((await run('verify', config)).code).toBe(0);
    const cleanup = await runInProcess(['cleanup', config, '--dry-run', '--json'], state);
    expect(JSON.parse(cleanup.stdout).providers).toHaveLength(1);
  });

  it('shows who waits, the command that helps, and that it helped', async () => {
    await writeConfig({ policy: { 'minimum-age': '7d' } }, { catalogue: true });
    await sync();
    const held = await beside();
    expect(held.overview.providers[0]).toMatchObject({ states: ['held', 'behind'], newest: null });
    const row = held.happenings.held.find(({ version }) => version === '1.1.0');
    expect(row).toMatchObject({ address: ANVIL, rules: ['minimum-age'] });

    const words = (row?.command ?? '').replace('"…"', 'reviewed').split(' ').slice(1);
    expect((await runInProcess(words, state)).code).toBe(0);
    await sync();
    const arrived = await beside();
    expect(arrived.overview.providers[0]).toMatchObject({ newest: '1.1.0', held: [] });
    expect(arrived.happenings.held).toEqual([]);
    expect(arrived.details[0]?.versions[0]).toMatchObject({
      states: ['available'],
      approval: { reason: 'reviewed' },
      admission: { rule: 'approved' },
    });

    await runInProcess(['recall', 'acme/anvil', '1.1.0', '--reason', '<script>'], state);
    await sync();
    const recalled = await beside();
    expect(recalled.details[0]?.versions[0]?.states).toEqual(['recalled']);
    expect(recalled.happenings.recalls).toMatchObject([
      { provider: ANVIL, reason: '<script>', takenOut: [{ destination: 'mirror', how: 'unlisted' }] },
    ]);
  });

  it('fails where it cannot be written, and what was synced stands', async () => {
    await writeConfig({}, { catalogue: true });
    await writeFile(path.join(folder, 'x'), '');
    const mirror = path.join(folder, 'mirror');
    await sync();
    await writeConfig({}, { catalogue: true, location: mirror });
    const provider = { provider: 'anvil', namespace: 'acme', version: '2.0.0', platforms: [LINUX] };
    const destinations = [{ name: 'mirror', kind: 'network-mirror', location: mirror, catalogue: true }];
    await writeFile(config, JSON.stringify({ destinations, providers: [provider] }));
    // A file where the pointer's lock has to be.
    await writeFile(path.join(mirror, 'catalogue/catalogue.json'), 'x'.repeat(9 * 1024 * 1024));
    const { code, stderr, stdout } = await sync('--json');
    expect(code).toBe(1);
    expect(stderr).toContain(`The catalogue in ${mirror}/catalogue was not written.`);
    expect(JSON.parse(stdout).providers[0]).toMatchObject({ outcome: 'published', version: '2.0.0' });
  });
});

describe('serve --catalogue', () => {
  it('serves it to browsers, with what they are to hold it to', async () => {
    await writeConfig({});
    await sync();
    const to = path.join(folder, 'site');
    await run('catalogue', config, '--to', to);
    await using server = startProviderSync(['serve', '--catalogue', to, '--port', '0', '--json']);
    await server.saying('}\n');
    const { url } = JSON.parse(server.stdout()) as { readonly url: string };
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const pointer = (await (await fetch(`${url}catalogue.json`)).json()) as Pointer;
    const overview = await fetch(new URL(pointer.overview, url));
    expect(overview.headers.get('content-type')).toBe('application/json');
    expect(overview.headers.get('cache-control')).toContain('immutable');
    for (const asset of pointer.assets) expect((await fetch(new URL(asset, url))).status).toBe(200);
    expect((await fetch(`${url}nothing`)).status).toBe(404);
    server.process.kill('SIGINT');
    expect((await server.ended).code).toBe(0);
  });

  it.each([
    { args: ['--catalogue', '/no/such/folder'], says: '/no/such/folder is no catalogue' },
    { args: ['--catalogue', '.', '--tls'], says: 'means nothing to a catalogue' },
    { args: ['--catalogue', '.', '--mirror', '.'], says: 'means nothing to a catalogue' },
    { args: ['--catalogue', '.', '--port', 'x'], says: 'a whole number from 0 to 65535' },
  ])('refuses $args', async ({ args, says }) => {
    const { code, stderr } = await runInProcess(['serve', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});
