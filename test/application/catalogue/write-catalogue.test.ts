import { describe, expect, it } from 'vitest';
import {
  type CatalogueContents,
  writeCatalogue,
} from '../../../src/application/catalogue/write-catalogue.ts';
import { describeProvider } from '../../../src/domain/catalogue/describe-provider.ts';
import type { Overview } from '../../../src/domain/catalogue/form/overview.ts';
import { CATALOGUE_FORMAT, type Pointer } from '../../../src/domain/catalogue/form/pointer.ts';
import type { ProviderDetail } from '../../../src/domain/catalogue/form/provider.ts';
import { overviewOf } from '../../../src/domain/catalogue/overview.ts';
import type { CatalogueStore, PageFile } from '../../../src/ports/catalogue-store.ts';
import { createFakeCatalogueStore, type FakeCatalogueState } from '../../fakes/catalogue-store.ts';
import { dyingAfter } from '../../support/dying.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-20T06:00:00Z');

/** Contents that hold the given versions of so many providers. */
function contents(versions: readonly string[], providers = ['anvil', 'rope']): CatalogueContents {
  const described = providers.map((type, index) =>
    describeProvider(
      {
        address: `registry.terraform.io/acme/${type}`,
        original: { hostname: 'registry.terraform.io', namespace: 'acme', type },
        requested: [],
        policy: undefined,
        upstream: undefined,
        // Only the first provider changes from one writing to the next.
        held: [(index === 0 ? versions : ['1.0.0']).map((version) => ({ version, complete: true }))],
        ledger: undefined,
        missing: [],
      },
      { destinations: ['mirror'], now: new Date(START), ledgerOption: '' },
    ),
  );
  return {
    run: null,
    by: '0.0.0',
    providers: described,
    overview: (made, places) =>
      overviewOf({
        made,
        destinations: [],
        providers: described.flatMap(({ summary }) => {
          const place = places.get(summary.address);
          return place === undefined ? [] : [{ summary, place }];
        }),
        bottles: [],
        missing: [],
      }),
    happenings: (made) => ({
      format: CATALOGUE_FORMAT,
      made,
      runs: [],
      held: [],
      recalls: [],
      deletions: [],
      missing: [],
    }),
    plots: (made) => ({ format: CATALOGUE_FORMAT, made, behind: [], bytes: [], runs: [], holds: [] }),
  };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

function pageOf(number: number): readonly PageFile[] {
  const script = `assets/page-${number}.js`;
  return [
    { path: script, bytes: Buffer.from(`page ${number}`), type: 'text/javascript; charset=utf-8' },
    { path: 'index.html', bytes: Buffer.from(`<script src="${script}">`), type: 'text/html; charset=utf-8' },
  ];
}

const clockAt = (hours: number) => ({ now: () => new Date(START + hours * HOUR), monotonic: () => 0 });

interface View {
  readonly pointer: Pointer;
  readonly versions: readonly string[];
}

/** What a reader sees who opens the page now: every file that is named must be there, and say what it is named for. */
function viewOf({ files }: FakeCatalogueState): View | undefined {
  const stored = files.get('catalogue.json');
  if (stored === undefined) return undefined;
  const pointer = JSON.parse(text(stored.bytes)) as Pointer;
  return { pointer, versions: followed({ files }, pointer) };
}

function followed({ files }: FakeCatalogueState, pointer: Pointer): readonly string[] {
  const read = (path: string): unknown => {
    const file = files.get(path);
    if (file === undefined) throw new Error(`${path} is named and not there`);
    return JSON.parse(text(file.bytes));
  };
  const overview = read(pointer.overview) as Overview;
  read(pointer.happenings);
  read(pointer.plots);
  for (const asset of pointer.assets) expect(files.has(asset)).toBe(true);
  const script = /src="(.*)"/.exec(text(files.get('index.html')?.bytes))?.[1];
  expect(files.has(script ?? '')).toBe(true);
  expect(overview.made).toEqual(pointer.made);
  const details = overview.providers.map(({ detail }) => read(detail) as ProviderDetail);
  return details[0]?.versions.map(({ version }) => version) ?? [];
}

const write = (
  store: CatalogueStore,
  versions: readonly string[],
  { hours = 0, page = 1, providers = ['anvil', 'rope'] } = {},
) => writeCatalogue({ store, clock: clockAt(hours) }, contents(versions, providers), pageOf(page));

describe('writing a catalogue', () => {
  it('shows what it was given, the pointer last', async () => {
    const operations: string[] = [];
    const store = createFakeCatalogueStore({
      onOperation: (operation, path) => {
        if (operation === 'put' || operation === 'replace') operations.push(path);
      },
    });
    const written = await write(store, ['1.0.0']);
    expect(viewOf(store)?.versions).toEqual(['1.0.0']);
    expect(operations.slice(-2)).toEqual(['index.html', 'catalogue.json']);
    expect(written).toMatchObject({ location: 'memory', removed: 0 });
    expect(store.files.size).toBe(9);
  });

  it('keeps the file of a provider about which nothing changed', async () => {
    const store = createFakeCatalogueStore();
    await write(store, ['1.0.0']);
    const before = new Set(store.files.keys());
    await write(store, ['1.0.0', '1.1.0'], { hours: 1 });
    const added = [...store.files.keys()].filter((path) => !before.has(path));
    expect(added.filter((path) => path.includes('/providers/'))).toEqual([
      expect.stringMatching(
        /^data\/20261120_070000_[0-9a-f]{8}\/providers\/registry\.terraform\.io\/acme\/anvil\.json$/,
      ),
    ]);
    expect(viewOf(store)?.versions).toEqual(['1.1.0', '1.0.0']);
  });

  it('lets a page that was opened before go on for a day, and tidies up after it', async () => {
    const store = createFakeCatalogueStore();
    await write(store, ['1.0.0']);
    const opened = viewOf(store)?.pointer as Pointer;
    await write(store, ['1.1.0'], { hours: 1, page: 2 });
    await write(store, ['1.2.0'], { hours: 24, page: 2 });
    // The first writing was replaced 23 hours ago.
    expect(JSON.parse(text(store.files.get(opened.overview)?.bytes))).toMatchObject({ made: opened.made });
    expect(store.files.has('assets/page-1.js')).toBe(true);
    const { removed } = await write(store, ['1.3.0'], { hours: 25, page: 2 });
    expect(removed).toBeGreaterThan(0);
    expect(store.files.has(opened.overview)).toBe(false);
    expect(store.files.has('assets/page-1.js')).toBe(false);
    expect(viewOf(store)?.versions).toEqual(['1.3.0']);
  });

  it('shows what was or what is to be, wherever it dies, and mends itself the next time', async () => {
    for (let operations = 0; ; operations += 1) {
      const state: FakeCatalogueState = { files: new Map() };
      const sound = createFakeCatalogueStore({ state });
      await write(sound, ['1.0.0'], { providers: ['anvil', 'rope', 'gone'] });
      const opened = viewOf(state)?.pointer as Pointer;
      const dying = createFakeCatalogueStore({ state, onOperation: dyingAfter(operations) });
      const lived = await write(dying, ['2.0.0'], { hours: 1, page: 2 }).then(
        () => true,
        () => false,
      );
      const seen = viewOf(state)?.versions;
      expect(lived ? [['2.0.0']] : [['1.0.0'], ['2.0.0']]).toContainEqual(seen);
      expect(followed(state, opened)).toEqual(['1.0.0']);
      await write(sound, ['3.0.0'], { hours: 2, page: 2 });
      expect(viewOf(state)?.versions).toEqual(['3.0.0']);
      await write(sound, ['3.0.0'], { hours: 200, page: 2 });
      await write(sound, ['3.0.0'], { hours: 400, page: 2 });
      expect(viewOf(state)?.versions).toEqual(['3.0.0']);
      // What the dead writer has left is gone as well.
      const left = [...state.files.keys()].filter((path) => path.startsWith('data/20261120_070000'));
      expect(left).toEqual([]);
      if (lived) return;
    }
  });

  it.each([1, 4])('goes on when another writes in between %i times', async (times) => {
    let left = times;
    const state: FakeCatalogueState = { files: new Map() };
    const other = createFakeCatalogueStore({ state });
    const store = createFakeCatalogueStore({ state });
    const raced: CatalogueStore = {
      ...store,
      replace: async (path, ...rest) => {
        if (path === 'catalogue.json' && left > 0) {
          left -= 1;
          await write(other, [`0.${left}.0`]);
        }
        return await store.replace(path, ...rest);
      },
    };
    await write(raced, ['1.0.0']);
    expect(viewOf(state)?.versions).toEqual(['1.0.0']);
  });

  it('gives up when others never stop, and what they wrote stands', async () => {
    const state: FakeCatalogueState = { files: new Map() };
    const store = createFakeCatalogueStore({ state });
    const other = createFakeCatalogueStore({ state });
    const raced: CatalogueStore = {
      ...store,
      replace: async (path, ...rest) => {
        if (path === 'catalogue.json') await write(other, ['9.0.0']);
        return await store.replace(path, ...rest);
      },
    };
    await expect(write(raced, ['1.0.0'])).rejects.toMatchObject({ code: 'DestinationUnavailable' });
    expect(viewOf(state)?.versions).toEqual(['9.0.0']);
  });

  it.each([
    ['no JSON', 'x'],
    [
      'another format',
      JSON.stringify({ format: 2, overview: 'data/a/index.json', retired: 'data/a/retired.json' }),
    ],
    [
      'a path that leads elsewhere',
      JSON.stringify({ format: 1, overview: 'data/../../secret', retired: 'data/a' }),
    ],
  ])('begins anew where the pointer is %s', async (_, there) => {
    const store = createFakeCatalogueStore();
    store.files.set('catalogue.json', { bytes: Buffer.from(there), etag: 'x' });
    await write(store, ['1.0.0']);
    expect(viewOf(store)?.versions).toEqual(['1.0.0']);
  });

  it('touches nothing but its own', async () => {
    const store = createFakeCatalogueStore();
    store.files.set('robots.txt', { bytes: Buffer.from('x'), etag: 'x' });
    await write(store, ['1.0.0']);
    await write(store, ['1.0.0'], { hours: 100 });
    await write(store, ['1.0.0'], { hours: 200 });
    expect(store.files.has('robots.txt')).toBe(true);
  });
});
