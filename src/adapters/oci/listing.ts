import { SyncError } from '../../domain/errors.ts';
import type { HttpDocument } from '../http/contract.ts';
import { readJsonAs, type Schema } from '../http/read-document.ts';
import type { Scope } from './authorization.ts';
import { errorCodes, type Registry, type Repository, refused } from './registry.ts';
import { catalog, tagsList } from './schema.ts';

const PAGE_SIZE = 1000;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
const MAX_PAGES = 200;

/** Every tag of a repository; undefined when there is no such repository. Throws ListingIncomplete. */
export async function listTags(repository: Repository): Promise<readonly string[] | undefined> {
  const { registry, name } = repository;
  return await listPages({
    registry,
    path: `${name}/tags/list?n=${PAGE_SIZE}`,
    scope: { repository: name, actions: 'pull' },
    target: `the tags of ${name}`,
    schema: tagsList,
    namesOf: ({ tags }) => tags ?? [],
  });
}

/** Every repository of a registry; undefined when it does not tell. Throws ListingIncomplete, AccessDenied. */
export async function listCatalog(registry: Registry): Promise<readonly string[] | undefined> {
  return await listPages({
    registry,
    path: `_catalog?n=${PAGE_SIZE}`,
    scope: { repository: undefined, actions: '*' },
    target: 'the list of repositories',
    schema: catalog,
    namesOf: ({ repositories }) => repositories ?? [],
  });
}

/**
 * OCI distribution specification 1.1, "Listing Tags": the next page is where the Link header says. It must be the
 * same host's, because the credentials go with it.
 */
async function listPages<T>(listing: {
  readonly registry: Registry;
  readonly path: string;
  readonly scope: Scope;
  readonly target: string;
  readonly schema: Schema<T>;
  readonly namesOf: (page: T) => readonly string[];
}): Promise<readonly string[] | undefined> {
  const { registry, scope, target, schema, namesOf } = listing;
  const names = new Set<string>();
  const seen = new Set<string>();
  let url: URL | undefined = registry.urlOf(listing.path);
  for (let page = 0; url !== undefined; page += 1) {
    if (page === MAX_PAGES || seen.has(url.href)) throw incomplete(target, registry, 'its pages do not end');
    seen.add(url.href);
    // Relative to the API's root, so that messages name the path.
    const path: string = url.href.slice(registry.urlOf('').href.length);
    const document: HttpDocument = await registry.call({
      method: 'GET',
      path,
      scope,
      target,
      maxBytes: MAX_PAGE_BYTES,
    });
    if (isUnknown(document)) {
      if (page === 0) return undefined;
      throw incomplete(target, registry, `page ${page + 1} is not there (${document.status})`);
    }
    if (document.status !== 200) throw refused(document, registry.host);
    for (const name of namesOf(readJsonAs(document, schema))) names.add(name);
    url = nextPage(document, registry, target);
  }
  return [...names];
}

function isUnknown(document: HttpDocument): boolean {
  const { status } = document;
  return status === 404 || status === 405 || status === 501 || errorCodes(document).includes('UNSUPPORTED');
}

function nextPage(document: HttpDocument, registry: Registry, target: string): URL | undefined {
  const link = document.headers.get('link');
  const next = link === null ? null : /<([^<>]*)>\s*;[^,]*\brel="?next"?/i.exec(link);
  if (next === null) return undefined;
  const url = URL.parse(next[1] ?? '', document.url);
  const root = registry.urlOf('');
  if (url !== null && url.origin === root.origin && url.href.startsWith(root.href)) return url;
  throw incomplete(target, registry, 'its next page is on another host');
}

function incomplete(target: string, registry: Registry, why: string): SyncError {
  return new SyncError('ListingIncomplete', `${registry.host} does not list ${target} whole: ${why}.`);
}
