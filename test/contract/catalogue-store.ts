import { describe, expect, it } from 'vitest';
import type { CatalogueStore } from '../../src/ports/catalogue-store.ts';

export interface CatalogueStoreSubject extends AsyncDisposable {
  readonly store: CatalogueStore;
  /** What a reader is given, by a way of its own. */
  readonly readAsReader: (path: string) => Promise<{
    readonly text: string;
    /** As the place tells them to browsers; undefined where it does not. */
    readonly type?: string | undefined;
    readonly caching?: string | undefined;
  }>;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const JSON_TYPE = 'application/json';
const FILE = 'data/20261120_060000_a1b2c3d4/providers/registry.terraform.io/acme/anvil.json';

/** What every CatalogueStore does. `makeSubject` makes an empty place. */
export function describeCatalogueStoreContract(
  name: string,
  makeSubject: () => Promise<CatalogueStoreSubject>,
): void {
  describe(`the catalogue store contract: ${name}`, () => {
    it('holds nothing at first', async () => {
      await using subject = await makeSubject();
      const { store } = subject;
      expect(await store.list()).toEqual([]);
      expect(await store.read('catalogue.json')).toBeUndefined();
      expect(store.location).not.toBe('');
    });

    it('gives readers what was put, to be kept for ever', async () => {
      await using subject = await makeSubject();
      await subject.store.put(FILE, bytesOf('{"a":1}'), JSON_TYPE);
      await subject.store.put('assets/style-1.css', bytesOf('a{}'), 'text/css; charset=utf-8');
      const { text, type = JSON_TYPE, caching = 'immutable' } = await subject.readAsReader(FILE);
      expect([text, type]).toEqual(['{"a":1}', JSON_TYPE]);
      expect(caching).toContain('immutable');
      const style = await subject.readAsReader('assets/style-1.css');
      expect(style.type ?? 'text/css; charset=utf-8').toBe('text/css; charset=utf-8');
      expect((await subject.store.list()).toSorted()).toEqual(['assets/style-1.css', FILE]);
      expect(new TextDecoder().decode((await subject.store.read(FILE))?.bytes)).toBe('{"a":1}');
    });

    it('puts the same name again as often as it is told', async () => {
      await using subject = await makeSubject();
      await subject.store.put(FILE, bytesOf('{}'), JSON_TYPE);
      await subject.store.put(FILE, bytesOf('{}'), JSON_TYPE);
      expect((await subject.readAsReader(FILE)).text).toBe('{}');
    });

    it('replaces what is as it was read, and nothing else', async () => {
      await using subject = await makeSubject();
      const { store } = subject;
      expect(await store.replace('catalogue.json', bytesOf('1'), undefined, JSON_TYPE)).toBe('written');
      expect(await store.replace('catalogue.json', bytesOf('x'), undefined, JSON_TYPE)).toBe('changed');
      const first = await store.read('catalogue.json');
      expect(await store.replace('catalogue.json', bytesOf('2'), first?.etag, JSON_TYPE)).toBe('written');
      expect(await store.replace('catalogue.json', bytesOf('3'), first?.etag, JSON_TYPE)).toBe('changed');
      const { text, caching = 'no-cache' } = await subject.readAsReader('catalogue.json');
      expect([text, caching]).toEqual(['2', 'no-cache']);
    });

    it('lets one of two writers win', async () => {
      await using subject = await makeSubject();
      const { store } = subject;
      await store.replace('catalogue.json', bytesOf('0'), undefined, JSON_TYPE);
      const before = (await store.read('catalogue.json'))?.etag;
      const ends = await Promise.all(
        ['1', '2', '3'].map((text) => store.replace('catalogue.json', bytesOf(text), before, JSON_TYPE)),
      );
      expect(ends.filter((end) => end === 'written')).toHaveLength(1);
      const winner = String(ends.indexOf('written') + 1);
      expect((await subject.readAsReader('catalogue.json')).text).toBe(winner);
    });

    it('deletes what is there, and what is not', async () => {
      await using subject = await makeSubject();
      await subject.store.put(FILE, bytesOf('{}'), JSON_TYPE);
      await subject.store.delete(FILE);
      await subject.store.delete(FILE);
      expect(await subject.store.list()).toEqual([]);
    });
  });
}
