import { SyncError } from '../../domain/errors.ts';
import type { HttpDocument } from '../http/contract.ts';
import { responseInvalid } from '../http/failures.ts';
import { isWebPage, WEB_PAGE } from '../http/web-page.ts';
import type { Scope } from './authorization.ts';
import { type Content, contentOf } from './documents.ts';
import { linkOf, MAX_MANIFEST_BYTES, type Repository, refused } from './registry.ts';
import { INDEX_TYPE, MANIFEST_TYPE } from './schema.ts';

/** SHA256SUMS has a line a platform; a signature is one packet or a few; a key has a few dozen. */
const MAX_SMALL_BLOB_BYTES = 1024 * 1024;

export const pulling = ({ name }: Repository): Scope => ({ repository: name, actions: 'pull' });
export const pushing = ({ name }: Repository): Scope => ({ repository: name, actions: 'pull,push' });

/**
 * Whether the registry has a blob, by HEAD; with its size in bytes where it tells it. Undefined when it has not.
 */
export async function headBlob(
  repository: Repository,
  digest: string,
  target: string,
  scope: Scope = pulling(repository),
): Promise<{ readonly size: number | undefined } | undefined> {
  const document = await repository.registry.call({
    method: 'HEAD',
    path: `${repository.name}/blobs/${digest}`,
    scope,
    target,
  });
  if (document.status === 404) return undefined;
  requireOk(document, repository);
  requireDigest(document, digest);
  const length = document.headers.get('content-length') ?? '';
  return { size: /^\d+$/.test(length) ? Number(length) : undefined };
}

/** A small blob whose bytes have its digest; undefined when it is not there or has others. */
export async function readBlob(
  repository: Repository,
  digest: string,
  target: string,
): Promise<Uint8Array | undefined> {
  const document = await repository.registry.call({
    method: 'GET',
    path: `${repository.name}/blobs/${digest}`,
    scope: pulling(repository),
    target,
    maxBytes: MAX_SMALL_BLOB_BYTES,
  });
  if (document.status === 404) return undefined;
  requireOk(document, repository);
  return contentOf(document.bytes).digest === digest ? document.bytes : undefined;
}

/** A manifest or index, by tag or digest; undefined when it is not there. Its digest is reckoned from its bytes. */
export async function readManifest(
  repository: Repository,
  reference: string,
  target: string,
): Promise<(Content & { readonly mediaType: string }) | undefined> {
  const document = await repository.registry.call({
    method: 'GET',
    path: `${repository.name}/manifests/${reference}`,
    scope: pulling(repository),
    target,
    headers: { accept: `${INDEX_TYPE}, ${MANIFEST_TYPE}` },
    maxBytes: MAX_MANIFEST_BYTES,
  });
  if (document.status === 404) return undefined;
  requireOk(document, repository);
  const [mediaType = ''] = (document.headers.get('content-type') ?? '').split(';');
  return { ...contentOf(document.bytes), mediaType: mediaType.trim() };
}

/**
 * The digest that the registry shows under a tag or digest, by HEAD: undefined when nothing is there, empty when
 * the registry does not tell.
 */
export async function tagDigest(
  repository: Repository,
  reference: string,
  target: string,
  scope: Scope = pulling(repository),
): Promise<string | undefined> {
  const document = await repository.registry.call({
    method: 'HEAD',
    path: `${repository.name}/manifests/${reference}`,
    scope,
    target,
    headers: { accept: `${INDEX_TYPE}, ${MANIFEST_TYPE}` },
  });
  if (document.status === 404) return undefined;
  requireOk(document, repository);
  return document.headers.get('docker-content-digest') ?? (reference.includes(':') ? reference : '');
}

/**
 * Puts a manifest under its digest or an index under a tag. The registry refuses one whose parts are missing, so
 * that nothing half can be named by it. Throws DestinationRejected.
 */
export async function putManifest(
  repository: Repository,
  reference: string,
  mediaType: string,
  content: Content,
  target: string,
): Promise<void> {
  const document = await repository.registry.call({
    method: 'PUT',
    path: `${repository.name}/manifests/${reference}`,
    scope: pushing(repository),
    target,
    headers: { 'content-type': mediaType },
    body: content.bytes,
  });
  if (document.status === 201) return requireDigest(document, content.digest);
  throw refused(document, repository.registry.host, adviceFor(document));
}

/** Puts a small blob unless it is there. */
export async function putBlob(repository: Repository, content: Content, target: string): Promise<void> {
  if (await headBlob(repository, content.digest, target, pushing(repository))) return;
  const location = await startUpload(repository, target);
  const document = await repository.registry.call({
    method: 'PUT',
    path: withDigest(location, content.digest),
    scope: pushing(repository),
    target,
    headers: { 'content-type': 'application/octet-stream' },
    body: content.bytes,
  });
  if (document.status !== 201) throw refused(document, repository.registry.host);
}

/** Begins an upload; where its bytes go. A repository that is missing is made, where that is allowed. */
export async function startUpload(repository: Repository, target: string): Promise<URL> {
  const { registry, name } = repository;
  const post = async (): Promise<HttpDocument> =>
    await registry.call({
      method: 'POST',
      path: `${name}/blobs/uploads/`,
      scope: pushing(repository),
      target,
    });
  let document = await post();
  if (document.status === 404 && registry.createRepository !== undefined) {
    await registry.createRepository(name);
    document = await post();
  }
  if (document.status === 404) {
    throw new SyncError(
      'DestinationNotFound',
      `${registry.host} has no repository ${name}. Create it, or let it be created where the registry can do so.`,
    );
  }
  if (document.status !== 202) throw refused(document, registry.host);
  return linkOf(registry, document, document.headers.get('location'), 'Location');
}

/** An upload's address has a query of its own, which must stay. */
export function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  // Not by searchParams, which would write the state that stands there anew, in other words.
  url.search = url.search === '' ? `?digest=${digest}` : `${url.search}&digest=${digest}`;
  return url;
}

function requireOk(document: HttpDocument, { registry }: Repository): void {
  if (isWebPage(document)) throw responseInvalid(document.side, document.target, WEB_PAGE);
  if (document.status !== 200) throw refused(document, registry.host);
}

/** What the registry says of its own accord must be what was asked for. */
function requireDigest(document: HttpDocument, digest: string): void {
  const told = document.headers.get('docker-content-digest');
  if (told === null || told === digest) return;
  throw responseInvalid(document.side, document.target, 'the registry shows something with another digest');
}

function adviceFor(document: HttpDocument): string | undefined {
  const text = new TextDecoder().decode(document.bytes);
  if (!/immutable|TAG_ALREADY_EXISTS|ImageTagAlreadyExists/i.test(text)) return undefined;
  return 'A platform can be added to a version only where tags may be replaced: make them mutable for this repository.';
}
