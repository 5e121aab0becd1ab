import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paginate } from '../../../src/embedded/private-registry/pagination.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { GPG_KEYS, PROVIDERS, privatePath } from '../../support/registries.ts';
import { runningRegistry } from './running-registry.ts';

const names = ['alpha', 'bravo', 'charlie', 'delta', 'echo'];

const { registry, api } = runningRegistry({ pageSizeDefault: 2 }, async (api) => {
  for (const name of names) await api.createProvider(name);
  for (const name of names) await api.createKey((await makeSigningKey({ name })).asciiArmor);
  const keys = await api.call('GET', `${GPG_KEYS}?filter[namespace]=example`);
  const keyId = String(keys.document.data[0]?.attributes['key-id']);
  for (const minor of [0, 1, 2, 3, 4]) await api.createVersion('alpha', `1.${minor}.0`, keyId);
});

async function follow(first: string, base: string): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let pages = 0;
  for (let next: string | null | undefined = first; next; pages += 1) {
    const path = next.startsWith('http') ? next.slice(registry.url.length) : next;
    const { document } = await api.call('GET', path.startsWith('/v2/') ? `${base}${path}` : path);
    ids.push(...document.data.map(({ id }) => id));
    next = document.links['next'];
  }
  return { ids, pages };
}

describe('a listing of the embedded registry', () => {
  it.each([
    ['providers', PROVIDERS, ''],
    ['versions', `${privatePath('alpha')}/versions`, ''],
    ['keys', `${GPG_KEYS}?filter[namespace]=example`, '/api/registry/private'],
  ])('of %s gives each of five things once over three pages', async (_what, path, base) => {
    const { ids, pages } = await follow(path, base);
    expect(pages).toBe(3);
    expect(new Set(ids).size).toBe(5);
    expect(ids).toHaveLength(5);
  });

  it('of providers has absolute links and the documented figures', async () => {
    const { document } = await api.call('GET', `${PROVIDERS}?page[number]=2`);
    const link = (page: number): string =>
      `${registry.url}${PROVIDERS}?page%5Bnumber%5D=${page}&page%5Bsize%5D=2`;
    expect(document.links).toEqual({
      self: link(2),
      first: link(1),
      prev: link(1),
      next: link(3),
      last: link(3),
    });
    expect(document.meta.pagination).toEqual({
      'current-page': 2,
      'page-size': 2,
      'prev-page': 1,
      'next-page': 3,
      'total-pages': 3,
      'total-count': 5,
    });
  });

  it('of keys has relative links that keep the namespaces', async () => {
    const { document } = await api.call('GET', `${GPG_KEYS}?filter[namespace]=example`);
    expect(document.links['next']).toBe(
      '/v2/gpg-keys?filter%5Bnamespace%5D=example&page%5Bnumber%5D=2&page%5Bsize%5D=2',
    );
  });

  it('of providers is searched by name and limited to one registry', async () => {
    await api.createProvider('alphabet', 'public', 'other');
    const found = await api.call('GET', `${PROVIDERS}?q=alpha&page[size]=100`);
    expect(found.document.data.map(({ attributes }) => attributes['name'])).toEqual(['alpha', 'alphabet']);
    const listed = await api.call('GET', `${PROVIDERS}?filter[registry_name]=public`);
    expect(listed.document.data.map(({ attributes }) => attributes['name'])).toEqual(['alphabet']);
  });
});

describe('a page', () => {
  it.each([
    ['page[size]=500', 100],
    ['page[size]=0', 20],
    ['page[size]=-1', 20],
    ['page[size]=many', 20],
    ['page[size]=7', 7],
  ])('asked for with %s holds at most %i things', (query, size) => {
    const all = Array.from({ length: 150 }, (_, index) => index);
    expect(paginate(all, new URLSearchParams(query), '', 20).items).toHaveLength(size);
  });

  it('past the end is empty and points back to the last one', () => {
    const page = paginate([1, 2, 3], new URLSearchParams('page[number]=9'), '', 2);
    expect(page.items).toEqual([]);
    expect(page.meta.pagination).toMatchObject({ 'prev-page': 2, 'next-page': null, 'total-pages': 2 });
  });

  it('with the others makes up the whole list, whatever the size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), fc.integer({ min: 1, max: 100 }), (all, size) => {
        const page = (number: number) =>
          paginate(all, new URLSearchParams(`page[number]=${number}&page[size]=${size}`), '', 20);
        const total = Number(page(1).meta.pagination['total-pages']);
        const whole = Array.from({ length: total }, (_, index) => page(index + 1).items).flat();
        expect(whole).toEqual(all);
      }),
    );
  });
});
