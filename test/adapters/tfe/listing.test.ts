import { describe, expect, it } from 'vitest';
import { PROVIDERS, pageOf, providerDocument, scriptedRegistry } from './support.ts';

interface Meta {
  readonly current?: number;
  readonly next?: number | null;
  readonly total?: number;
}

/** A page of providers with these ids, saying of itself what `meta` says. */
function pageWith(ids: readonly number[], { current = 1, next = null, total = ids.length }: Meta) {
  const pagination = { 'current-page': current, 'next-page': next, 'total-count': total };
  return { data: ids.map((id) => providerDocument(`prov-${id}`, `p${id}`)), meta: { pagination } };
}

/** Lists the providers from these pages, in the order of their numbers. */
async function listing(...pages: readonly unknown[]): Promise<readonly string[]> {
  await using scripted = await scriptedRegistry(({ path }) => {
    const number = /page\[number\]=(\d+)&page\[size\]=100$/.exec(path)?.[1];
    if (!path.startsWith(`${PROVIDERS}?`) || number === undefined) return undefined;
    const page = pages[Number(number) - 1];
    return page === undefined ? { status: 404 } : { json: page };
  });
  return (await scripted.registry.listProviders()).map(({ name }) => name);
}

describe('a listing', () => {
  it('is read page by page as the pages count themselves', async () => {
    const pages = [
      pageWith([1, 2], { next: 2, total: 5 }),
      pageWith([3, 4], { current: 2, next: 3, total: 5 }),
      pageWith([5], { current: 3, total: 5 }),
    ];
    expect(await listing(...pages)).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
  });

  it('never follows a link', async () => {
    const links = { next: 'https://elsewhere.example.com/page/2', last: '/elsewhere' };
    expect(await listing({ ...pageWith([1], {}), links })).toEqual(['p1']);
  });

  it('may be empty', async () => {
    expect(await listing(pageOf())).toEqual([]);
  });

  it('shows the entries of the public registry as such', async () => {
    const publicEntry = {
      id: 'prov-9',
      attributes: { name: 'aws', namespace: 'hashicorp', 'registry-name': 'public' },
    };
    await using scripted = await scriptedRegistry(({ path }) =>
      path.startsWith(`${PROVIDERS}?`) ? { json: pageOf(providerDocument(), publicEntry) } : undefined,
    );
    expect(await scripted.registry.listProviders()).toEqual([
      { name: 'anvil', namespace: 'example', registryName: 'private' },
      { name: 'aws', namespace: 'hashicorp', registryName: 'public' },
    ]);
  });

  it('ends, though there is a next page for ever', async () => {
    const pages = Array.from({ length: 200 }, (_, n) =>
      pageWith([n], { current: n + 1, next: n + 2, total: 100 }),
    );
    await expect(listing(...pages)).rejects.toMatchObject({
      code: 'ListingIncomplete',
      message: expect.stringContaining('after 16 pages there is still another for 100 entries'),
    });
  });

  it('that announces more than any registry holds is not read', async () => {
    await expect(listing(pageWith([1], { next: 2, total: 100_001 }))).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining('100001 entries'),
    });
  });

  it.each([
    ['fewer entries come than were announced', [pageWith([1, 2], { total: 3 })]],
    ['more entries come than were announced', [pageWith([1, 2], { total: 1 })]],
    ['an entry comes twice on a page', [pageWith([1, 1], { total: 2 })]],
    [
      'an entry comes twice on two pages',
      [pageWith([1, 2], { next: 2, total: 4 }), pageWith([2, 3], { current: 2, total: 4 })],
    ],
    [
      'the count changes on the way',
      [pageWith([1, 2], { next: 2, total: 3 }), pageWith([3], { current: 2, total: 4 })],
    ],
    ['a page is announced that is not there', [pageWith([1], { next: 2, total: 2 })]],
    ['another page comes than was asked for', [pageWith([1], { current: 2 })]],
    [
      'the same page comes again and again',
      [pageWith([1], { next: 2, total: 9 }), pageWith([1], { next: 2, total: 9 })],
    ],
    ['a page is skipped', [pageWith([1], { next: 3, total: 2 }), undefined, pageWith([2], { current: 3 })]],
    ['a page leads back', [pageWith([1], { next: 1, total: 2 })]],
    [
      'a page is empty but not the last',
      [pageWith([1], { next: 2, total: 2 }), pageWith([], { current: 2, next: 3, total: 2 })],
    ],
    ['there is no meta', [{ data: [] }]],
    ['there is no pagination', [{ data: [], meta: {} }]],
    ['the pagination says no count', [{ data: [], meta: { pagination: { 'current-page': 1 } } }]],
    [
      'the pagination does not say whether a page follows',
      [{ data: [], meta: { pagination: { 'current-page': 1, 'total-count': 0 } } }],
    ],
  ])('is called incomplete when %s', async (_, pages) => {
    await expect(listing(...pages)).rejects.toMatchObject({
      code: 'ListingIncomplete',
      message: expect.stringContaining('the providers of example'),
    });
  });

  it.each([
    ['has no id', { attributes: providerDocument().attributes }],
    ['has no name', { id: 'prov-1', attributes: { namespace: 'example', 'registry-name': 'private' } }],
    [
      'is of a registry unheard of',
      { id: 'prov-1', attributes: { ...providerDocument().attributes, 'registry-name': 'secret' } },
    ],
  ])('is refused, and not shortened, when an entry %s', async (_, entry) => {
    await expect(listing(pageOf(entry))).rejects.toMatchObject({ code: 'DestinationResponseInvalid' });
  });
});
