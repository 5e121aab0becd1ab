import { createHash } from 'node:crypto';
import type { BottleIndex, BottleManifest } from '../../domain/bottle/bottle-index.ts';
import { type Read, readBottleIndex, readBottleManifest } from '../../domain/bottle/schema.ts';
import { isSyncError, SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import type { BottleRegistry } from '../../ports/bottle-source.ts';
import type { Clock } from '../../ports/clock.ts';
import { httpByteSource } from '../http/byte-source.ts';
import type { HttpClient, HttpDocument } from '../http/contract.ts';
import { responseInvalid } from '../http/failures.ts';
import { createAuthorization, type Scope } from '../oci/authorization.ts';
import { createRegistry, MAX_MANIFEST_BYTES, type Registry } from '../oci/registry.ts';

export const DEFAULT_BOTTLE_REGISTRY = 'https://ghcr.io';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const REPOSITORY = 'homebrew/core';

/** ghcr.io, or a server that stands for it: an OCI registry that gives anybody a token to pull with. */
export function createBottleRegistry(options: {
  readonly http: HttpClient;
  /** `https://ghcr.io` */
  readonly origin: string;
  readonly clock: Clock;
}): BottleRegistry {
  const { http, origin, clock } = options;
  const { host } = new URL(origin);
  const credentials = { description: 'nobody (bottles are public)', read: async () => undefined };
  const authorization = createAuthorization({ http, host, credentials, clock });
  const registry = createRegistry({ http, host, origin, authorization });
  return {
    readIndex: async (image, ref) => {
      const target = `the index ${ref} of ${image}`;
      const document = await pull(registry, { image, path: `manifests/${ref}`, target, accept: INDEX });
      const told = document.headers.get('docker-content-digest');
      if (told !== null && told !== digestOf(document.bytes)) {
        throw new SyncError(
          'DigestMismatch',
          `${target}: its digest is ${digestOf(document.bytes)}, the registry tells ${quote(told)}.`,
        );
      }
      return { bytes: document.bytes, index: readAs<BottleIndex>(document, readBottleIndex) };
    },
    readManifest: async (image, { digest, size }) => {
      const target = `a manifest of ${image}`;
      const document = await pull(registry, { image, path: `manifests/${digest}`, target, accept: MANIFEST });
      const found = digestOf(document.bytes);
      if (found !== digest || document.bytes.length !== size) {
        throw new SyncError(
          'DigestMismatch',
          `${target}: it has the digest ${found} and ${document.bytes.length} bytes, its index tells ${digest} and ${size}.`,
        );
      }
      return readAs<BottleManifest>(document, readBottleManifest);
    },
    bottleSource: ({ image, sha256, filename }) => {
      const url = registry.urlOf(`${REPOSITORY}/${image}/blobs/sha256:${sha256}`);
      return httpByteSource({
        http,
        name: filename,
        // Where it redirects to is signed for a short while: asked for anew at every attempt.
        url: url.href,
        headers: async () => ({
          'accept-encoding': 'identity',
          ...(await registry.headersFor(url, scopeOf(image))),
        }),
        onStatus: (status) => statusError(status, filename, host),
      });
    },
  };
}

const scopeOf = (image: string): Scope => ({ repository: `${REPOSITORY}/${image}`, actions: 'pull' });

async function pull(
  registry: Registry,
  {
    image,
    path,
    target,
    accept,
  }: { readonly image: string; readonly path: string; readonly target: string; readonly accept: string },
): Promise<HttpDocument> {
  const document = await registry
    .call({
      method: 'GET',
      path: `${REPOSITORY}/${image}/${path}`,
      scope: scopeOf(image),
      target,
      headers: { accept },
      maxBytes: MAX_MANIFEST_BYTES,
    })
    .catch((error: unknown) => {
      // Nobody here has credentials that could be mended.
      const refused = isSyncError(error) && (error.code === 'TokenRejected' || error.code === 'AccessDenied');
      throw refused
        ? new SyncError('UpstreamResponseInvalid', `${target}: ${registry.host} refuses it to the public.`, {
            cause: error,
          })
        : error;
    });
  if (document.status !== 200) throw statusError(document.status, target, registry.host);
  return document;
}

/** Only 404 says that something is not there. */
function statusError(status: number, target: string, host: string): SyncError {
  if (status === 404) return new SyncError('ReleaseFileMissing', `${host} does not have ${target} (404).`);
  return responseInvalid('upstream', target, `${host} answered ${status}`);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function readAs<T>(document: HttpDocument, read: (bytes: Uint8Array) => Read<T>): T {
  const result = read(document.bytes);
  if ('problem' in result) throw responseInvalid(document.side, document.target, result.problem);
  return result.value;
}
