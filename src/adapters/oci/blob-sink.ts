import { isSyncError, SyncError } from '../../domain/errors.ts';
import type { ByteSink } from '../../ports/bytes.ts';
import type { HttpDocument } from '../http/contract.ts';
import { pushing, startUpload, withDigest } from './contents.ts';
import { errorCodes, linkOf, type Repository, refused } from './registry.ts';

const OCTETS = { 'content-type': 'application/octet-stream' };

/** The uploads that one delivery has begun and not ended, by the address that cancels each. */
export type OpenUploads = Set<string>;

/**
 * A blob of known digest. The registry reckons the digest itself and takes no other bytes: nothing appears before
 * that. A body of known size goes up in one PUT, any other in one chunked PATCH that an empty PUT completes
 * (OCI distribution specification 1.1, "Pushing blobs").
 */
export function createBlobSink(options: {
  readonly repository: Repository;
  readonly digest: string;
  readonly name: string;
  readonly open: OpenUploads;
}): ByteSink {
  const { repository, digest, name, open } = options;
  const stream = async (
    method: 'PUT' | 'PATCH',
    url: URL,
    body: AsyncIterable<Uint8Array>,
    size: number | undefined,
  ): Promise<HttpDocument> => {
    const { registry } = repository;
    return await registry.http.send({
      method,
      url: url.href,
      target: name,
      secretUrl: true,
      headers: { ...OCTETS, ...(await registry.headersFor(url, pushing(repository))) },
      body,
      size,
    });
  };
  return {
    name,
    send: async (body, size) => {
      let location = await startUpload(repository, name);
      open.add(location.href);
      try {
        if (size !== undefined) {
          requireTaken(await stream('PUT', withDigest(location, digest), body, size), 201, repository);
        } else {
          const patched = await stream('PATCH', location, body, undefined);
          requireTaken(patched, 202, repository);
          open.delete(location.href);
          location = linkOf(repository.registry, patched, patched.headers.get('location'), 'Location');
          open.add(location.href);
          requireTaken(await complete(repository, withDigest(location, digest), name), 201, repository);
        }
        open.delete(location.href);
      } catch (error) {
        // A registry that cannot be reached forgets uploads by itself, only later.
        if (isSyncError(error) && error.retryable) open.delete(location.href);
        else await cancelUpload(repository, open, location.href);
        throw error;
      }
    },
  };
}

async function complete(repository: Repository, url: URL, target: string): Promise<HttpDocument> {
  return await repository.registry.call({
    method: 'PUT',
    path: url,
    scope: pushing(repository),
    target,
    headers: OCTETS,
  });
}

/** Frees what the registry keeps of an upload. Never throws. */
export async function cancelUpload(
  repository: Repository,
  open: OpenUploads,
  location: string,
): Promise<void> {
  open.delete(location);
  await repository.registry
    .call({
      method: 'DELETE',
      path: new URL(location),
      scope: pushing(repository),
      target: 'an upload that was given up',
    })
    .catch(() => {});
}

/**
 * An upload that the registry has forgotten, as after a restart, passes with the next attempt, which begins
 * another.
 */
function requireTaken(document: HttpDocument, wanted: number, { registry }: Repository): void {
  if (document.status === wanted) return;
  const lost =
    document.status === 404 ||
    document.status === 416 ||
    errorCodes(document).includes('BLOB_UPLOAD_UNKNOWN');
  if (lost) {
    throw new SyncError(
      'DestinationUnavailable',
      `${document.target}: ${registry.host} has lost the upload that it began (${document.status}).`,
    );
  }
  if (document.status === 401) {
    throw new SyncError(
      'DestinationUnavailable',
      `${document.target}: ${registry.host} asks for credentials again in the middle of an upload (401).`,
    );
  }
  throw refused(document, registry.host);
}
