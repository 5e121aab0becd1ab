import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { cleanupBottles } from '../../../src/application/bottles/cleanup.ts';
import { beginRun } from '../../../src/application/bottles/run/begin.ts';
import { bringRunGroup } from '../../../src/application/bottles/run/bring-group.ts';
import { publishRun } from '../../../src/application/bottles/run/publish-run.ts';
import { rollbackBottles } from '../../../src/application/bottles/snapshots.ts';
import { verifyBottles } from '../../../src/application/bottles/verify.ts';
import type { SampleFormula } from '../../../src/embedded/homebrew/world.ts';
import { installFrom } from '../../support/bottles/mirror-places.ts';
import {
  DAY,
  DAY_1,
  entryOf,
  LINUX,
  type MirrorWorld,
  mirrorWorld,
  NEXT_DAY,
} from '../../support/bottles/mirror-world.ts';
import { serveFolder } from '../../support/bottles/static-server.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

const TWO: readonly SampleFormula[] = [
  { name: 'hello', version: '1.0', tags: [LINUX], dependencies: ['lib'] },
  { name: 'lib', version: '1', tags: [LINUX] },
];
const TWO_LATER = TWO.map((formula) => (formula.name === 'hello' ? { ...formula, version: '1.1' } : formula));

async function install(folder: string, name = 'hello', api = 'api'): Promise<readonly string[]> {
  await using server = await serveFolder(folder);
  return await installFrom(server.url, { name, api });
}

describe('a snapshot', () => {
  it('that was rolled back to stays current until upstream has something newer', async () => {
    await using world = await mirrorWorld();
    const store = createFolderMirrorStore(await temporaryFolder());
    await world.sync(store);
    await world.publish(NEXT_DAY, DAY_1 + DAY);
    await world.sync(store);
    await rollbackBottles(world.ports(store), '2026-11-21');
    expect(await world.sync(store)).toMatchObject({
      outcome: 'held',
      current: '2026-11-21',
      snapshot: '2026-11-22',
    });
    await world.publish(NEXT_DAY, DAY_1 + 2 * DAY);
    expect(await world.sync(store)).toMatchObject({ outcome: 'published', current: '2026-11-23' });
  });

  it('finds its manifest as it was when upstream extends or replaces the index', async () => {
    await using world = await mirrorWorld();
    const folder = await temporaryFolder();
    const store = createFolderMirrorStore(folder);
    await world.sync(store);
    // The same version, its bottle made anew: the former entry is gone upstream.
    const remade = await world.publish(
      [{ name: 'hello', version: '1.0', tags: [LINUX], bytes: 10 }],
      DAY_1 + DAY,
    );
    expect(remade.indexes.has('hello 1.0')).toBe(true);
    expect(await world.sync(store)).toMatchObject({ ok: true, outcome: 'published' });
    expect((await install(folder, 'hello', 'snapshots/2026-11-21/api')).at(-1)).toBe('hello 1.0');
    expect(await install(folder)).toEqual(['hello 1.0']);
    expect(await verifyBottles(world.ports(store), { which: 'all' })).toMatchObject({ ok: true });
  });

  it('is made of each day’s API, and shown only when it has the minimum age', async () => {
    await using world = await mirrorWorld();
    const store = createFolderMirrorStore(await temporaryFolder());
    const entry = entryOf({ minimumAge: { text: '1d', milliseconds: DAY * 1000 } });
    expect(await world.sync(store, entry)).toMatchObject({
      ok: true,
      outcome: 'held',
      current: null,
      snapshot: '2026-11-21',
    });
    await world.publish(NEXT_DAY, DAY_1 + DAY);
    expect(await world.sync(store, entry)).toMatchObject({
      outcome: 'published',
      current: '2026-11-21',
      snapshot: '2026-11-22',
    });
  });
});

describe('what upstream sends', () => {
  const change = (
    world: MirrorWorld,
    part: 'manifests' | 'blobs' | 'indexes',
    edit: (text: Buffer) => Uint8Array,
  ) => {
    const entries = [...world.world[part]].map(([key, bytes]) => [key, edit(Buffer.from(bytes))] as const);
    world.world = { ...world.world, [part]: new Map(entries) };
  };
  const text = (from: string | RegExp, to: string) => (bytes: Buffer) =>
    Buffer.from(bytes.toString().replaceAll(from, to));

  it.each<[string, (world: MirrorWorld) => void, string]>([
    [
      'a bottle of other bytes',
      (world) => change(world, 'blobs', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from('x')])),
      'DigestMismatch',
    ],
    [
      'a bottle that is too long',
      (world) => change(world, 'blobs', (bytes) => Buffer.concat([bytes, bytes])),
      'UpstreamResponseInvalid',
    ],
    [
      'a manifest of other bytes',
      (world) => change(world, 'manifests', text('tar+gzip', 'tar+zstd')),
      'DigestMismatch',
    ],
    [
      'an index without tabs',
      (world) => change(world, 'indexes', text('sh.brew.tab', 'sh.brew.tub')),
      'UpstreamResponseInvalid',
    ],
    [
      'an index of other bottles',
      (world) =>
        change(
          world,
          'indexes',
          text(/"sh.brew.bottle.digest":"[0-9a-f]+"/g, `"sh.brew.bottle.digest":"${'0'.repeat(64)}"`),
        ),
      'DigestMismatch',
    ],
    [
      'an index that is a web page',
      (world) => change(world, 'indexes', () => Buffer.from('<html></html>')),
      'UpstreamResponseInvalid',
    ],
    [
      'an index of 5 MB',
      (world) => change(world, 'indexes', () => Buffer.alloc(5 * 1024 * 1024, 0x20)),
      'UpstreamResponseInvalid',
    ],
    [
      'an index with 10,000 entries',
      (world) =>
        change(world, 'indexes', () =>
          Buffer.from(
            JSON.stringify({ schemaVersion: 2, manifests: Array.from({ length: 10_000 }, () => ({})) }),
          ),
        ),
      'UpstreamResponseInvalid',
    ],
    [
      'a redirect without end',
      (world) => {
        world.intercept = (request, response) =>
          request.url?.startsWith('/cdn')
            ? (response.writeHead(307, { location: request.url ?? '' }).end(), true)
            : false;
      },
      'UpstreamResponseInvalid',
    ],
    [
      'refusals',
      (world) => {
        world.intercept = (request, response) =>
          request.url?.includes('/manifests/') ? (response.writeHead(403).end(), true) : false;
      },
      'UpstreamResponseInvalid',
    ],
  ])('is refused: %s; and clients see what they saw', async (_, spoil, code) => {
    await using world = await mirrorWorld(TWO);
    const folder = await temporaryFolder();
    const store = createFolderMirrorStore(folder);
    await world.sync(store);
    await world.publish(TWO_LATER, DAY_1 + DAY);
    spoil(world);
    const result = await world.sync(store);
    expect(result).toMatchObject({ ok: false, outcome: 'incomplete', current: '2026-11-21' });
    expect(
      result.bottles
        .filter(({ outcome }) => outcome === 'failed')
        .map(({ name, error }) => [name, error?.code]),
    ).toEqual([['hello', code]]);
    expect((await install(folder)).at(-1)).toBe('hello 1.0');
  });

  it('is waited for when it asks to be left alone', async () => {
    await using world = await mirrorWorld(TWO);
    let refused = 0;
    world.intercept = (request, response) => {
      if (!request.url?.startsWith('/cdn') || refused > 0) return false;
      refused += 1;
      response.writeHead(429, { 'retry-after': '0' }).end();
      return true;
    };
    expect(await world.sync(createFolderMirrorStore(await temporaryFolder()))).toMatchObject({
      ok: true,
      outcome: 'published',
    });
    expect(refused).toBe(1);
  });
});

describe('what upstream sends in the way of an attack', () => {
  it.each([
    ['an index', '/manifests/1.1'],
    ['an image manifest', '/manifests/sha256:'],
  ])('is given up when it is %s of 100 MB, long before its end', async (_, part) => {
    await using world = await mirrorWorld(TWO);
    const folder = await temporaryFolder();
    const store = createFolderMirrorStore(folder);
    await world.sync(store);
    await world.publish(TWO_LATER, DAY_1 + DAY);
    let sent = 0;
    world.intercept = (request, response) => {
      const wanted = request.url?.includes('/hello/') && request.url.includes(part);
      if (!wanted || request.headers.authorization === undefined) return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      const block = Buffer.alloc(1024 * 1024, 0x20);
      const send = (): void => {
        let more = true;
        while (more && sent < 100 * block.length && !response.destroyed) {
          sent += block.length;
          more = response.write(block);
        }
        if (more) response.end();
        else response.once('drain', send);
      };
      send();
      return true;
    };
    const result = await world.sync(store);
    expect(result).toMatchObject({ ok: false, outcome: 'incomplete', current: '2026-11-21' });
    expect(result.missing).toMatchObject([
      { formula: 'hello', reason: expect.stringContaining('more than') },
    ]);
    expect(sent).toBeLessThan(50 * 1024 * 1024);
    expect((await install(folder)).at(-1)).toBe('hello 1.0');
  });

  it('has names that lead elsewhere: none of it is asked for or written, and the rest is brought', async () => {
    const evil: readonly SampleFormula[] = [
      { name: '../../evil', version: '1', tags: [LINUX] },
      { name: 'up', version: '../../../evil', tags: [LINUX] },
      { name: 'needy', version: '1', tags: [LINUX], dependencies: ['../../evil'] },
    ];
    await using world = await mirrorWorld([...TWO, ...evil]);
    const folder = await temporaryFolder();
    const store = createFolderMirrorStore(join(folder, 'a/b/c'));
    const entry = entryOf({ formulae: ['hello', 'up', 'needy'], allowMissing: ['up', 'needy'] });
    const result = await world.sync(store, entry);
    expect(result).toMatchObject({ ok: true, outcome: 'published' });
    expect(result.problems.map(({ kind, formula }) => [kind, formula])).toEqual(
      expect.arrayContaining([
        ['unreadable', 'up'],
        ['unreadable', 'needy'],
      ]),
    );
    const files = await readdir(folder, { recursive: true });
    expect(files.filter((file) => file.includes('evil'))).toEqual([]);
    expect(world.requests.filter((path) => path.includes('evil'))).toEqual([]);
    expect((await install(join(folder, 'a/b/c'))).at(-1)).toBe('hello 1.0');
  });

  it('depends on itself in circles: each is brought once', async () => {
    await using world = await mirrorWorld([
      { name: 'hello', version: '1.0', tags: [LINUX], dependencies: ['lib'] },
      { name: 'lib', version: '1', tags: [LINUX], dependencies: ['hello', 'lib'] },
    ]);
    const result = await world.sync(createFolderMirrorStore(await temporaryFolder()));
    expect(result).toMatchObject({ ok: true, summary: { bottles: 2, fetched: 2 } });
  });

  it('is another index at the second read than at the first: that bottle fails, and the others are brought', async () => {
    await using world = await mirrorWorld([...TWO, { name: 'other', version: '5', tags: [LINUX] }]);
    const folder = await temporaryFolder();
    const ports = world.ports(createFolderMirrorStore(folder));
    const entry = entryOf({ formulae: ['hello', 'other'], allowMissing: ['hello'] });
    // Planned by one process, with the sizes that the indexes tell, and brought by another.
    const begun = await beginRun(ports, entry, { id: 'run-1', config: 'config.json' });
    const former = world.world.indexes.get('hello 1.0');
    const changed = Buffer.from(former ?? '')
      .toString()
      .replaceAll('sh.brew.tab', 'sh.brew.tub');
    const indexes = new Map([...world.world.indexes, ['hello 1.0', Buffer.from(changed)]]);
    world.world = { ...world.world, indexes };
    for (const group of [...begun.batches, ...begun.tasks])
      await bringRunGroup(ports, { id: 'run-1', group }, {});
    const result = await publishRun(ports, { id: 'run-1', lost: [] });
    expect(result).toMatchObject({
      ok: true,
      missing: [{ formula: 'hello', reason: expect.stringContaining('has no tab') }],
    });
    expect((await install(folder, 'other')).at(-1)).toBe('other 5');
    await expect(install(folder)).rejects.toThrow('hello');
    indexes.set('hello 1.0', Buffer.from(former ?? ''));
    expect(await world.sync(createFolderMirrorStore(folder), entry)).toMatchObject({ ok: true, missing: [] });
    expect((await install(folder)).at(-1)).toBe('hello 1.0');
  });
});

describe('two runs at once', () => {
  it('leave one whole mirror', async () => {
    await using world = await mirrorWorld();
    const folder = await temporaryFolder();
    const runs = await Promise.all([1, 2, 3].map(() => world.sync(createFolderMirrorStore(folder))));
    expect(runs.every(({ ok }) => ok)).toBe(true);
    expect(await verifyBottles(world.ports(createFolderMirrorStore(folder)), { which: 'all' })).toMatchObject(
      { ok: true },
    );
    expect((await install(folder)).at(-1)).toBe('hello 1.0');
  });

  it('of which one is a cleanup are not let happen', async () => {
    await using world = await mirrorWorld();
    const store = createFolderMirrorStore(await temporaryFolder());
    const ports = world.ports(store);
    let tried: Promise<unknown> | undefined;
    world.intercept = (request) => {
      if (request.url?.startsWith('/cdn'))
        tried ??= cleanupBottles(ports, { keepSnapshots: 1, maxShare: 1, dryRun: false }).catch(
          (error: unknown) => error,
        );
      return false;
    };
    await world.sync(store);
    expect(await tried).toMatchObject({
      code: 'DestinationUnavailable',
      message: expect.stringContaining('A sync runs'),
    });
  });
});
