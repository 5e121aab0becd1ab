import type { CatalogueMediaType } from '../../ports/catalogue-store.ts';

const BY_EXTENSION: Readonly<Record<string, CatalogueMediaType>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** What a file of the page is; undefined for what is no part of one. */
export function mediaTypeOf(path: string): CatalogueMediaType | undefined {
  return BY_EXTENSION[path.split('.').at(-1) ?? ''];
}
