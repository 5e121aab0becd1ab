import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, startHttpServer, type TestServer } from '../http-server.ts';
import { type Guard, refuseUnlessAllowed } from './token-guard.ts';

interface StoredManifest {
  readonly type: string;
  readonly bytes: Buffer;
}

interface StandInRepository {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
}

interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export interface StandInOptions {
  readonly guard?: Guard;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What may be deleted under `/manifests/`. Default: tags and digests. */
  readonly deletes?: 'all' | 'digests' | 'none';
  /** Whether `_catalog` is answered. Default true. */
  readonly catalog?: boolean;
  /** Whether an upload's address is absolute. Default: relative. */
  readonly absoluteLocations?: boolean;
  /** The most names of a page, whatever the client asks for. */
  readonly pageSize?: number;
  /** Where the bytes of blobs are instead, such as a bucket: GETs are sent there. */
  readonly blobsElsewhere?: string;
  /** Repositories must be there before anything is pushed, as in ECR. */
  readonly closed?: boolean;
  /** A tag may be put once, as in ECR. */
  readonly immutableTags?: boolean;
  /** Sees every request first; true when it has answered. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface StandInRegistry extends AsyncDisposable {
  readonly server: TestServer;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly repositories: Map<string, StandInRepository>;
  readonly requests: readonly SeenRequest[];
  /** Uploads that were begun and neither ended nor cancelled. */
  readonly uploads: ReadonlyMap<string, { readonly bytes: Buffer }>;
}

type Refusal = readonly [status: number, code: string];
const NAME = '[a-z0-9._/-]+';

/**
 * An OCI registry in memory that is as strict as distribution, as tried with its version 3.1.1: it refuses false
 * digests, manifests whose parts are missing, stale upload addresses and form bodies.
 */
export async function startStandInRegistry(options: StandInOptions = {}): Promise<StandInRegistry> {
  const repositories = new Map<string, StandInRepository>();
  const uploads = new Map<string, { repository: string; bytes: Buffer; state: string }>();
  const requests: SeenRequest[] = [];
  const repositoryOf = (name: string): StandInRepository | undefined => {
    const found = repositories.get(name);
    if (found !== undefined || options.closed) return found;
    const made = { blobs: new Map(), manifests: new Map(), tags: new Map() };
    repositories.set(name, made);
    return made;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: target = '/' } = request;
    requests.push({ method, url: target, headers: request.headers });
    if (await options.intercept?.(request, response)) return;
    const url = new URL(target, server.url);
    const answer = (status: number, headers: Record<string, string> = {}, body?: Buffer | string): void => {
      request.resume();
      const bytes = Buffer.from(body ?? '');
      response.writeHead(status, { 'content-length': String(bytes.length), ...headers });
      response.end(method === 'HEAD' ? undefined : bytes);
    };
    const refuse = ([status, code]: Refusal): void =>
      answer(
        status,
        { 'content-type': 'application/json' },
        JSON.stringify({ errors: [{ code, message: code }] }),
      );
    if (
      options.guard &&
      (await refuseUnlessAllowed(options.guard, { request, url, origin: server.url, answer }))
    ) {
      return;
    }
    if (url.pathname === '/v2/') return answer(200, {}, '{}');
    const page = (names: readonly string[], member: string, extra: object = {}): void => {
      const asked = Number(url.searchParams.get('n') ?? '100');
      const size = Math.min(asked, options.pageSize ?? asked);
      const last = url.searchParams.get('last') ?? '';
      const rest = names.toSorted().filter((name) => name > last);
      const shown = rest.slice(0, size);
      const next = `${url.pathname}?n=${size}&last=${encodeURIComponent(shown.at(-1) ?? '')}`;
      const link: Record<string, string> =
        rest.length > shown.length ? { link: `<${next}>; rel="next"` } : {};
      answer(
        200,
        { 'content-type': 'application/json', ...link },
        JSON.stringify({ ...extra, [member]: shown }),
      );
    };
    if (url.pathname === '/v2/_catalog') {
      if (options.catalog === false) return refuse([404, 'UNSUPPORTED']);
      return page(
        [...repositories.keys()].filter((name) => (repositories.get(name)?.manifests.size ?? 0) > 0),
        'repositories',
      );
    }
    const route = (pattern: string): readonly string[] | undefined =>
      new RegExp(`^/v2/(${NAME})/${pattern}$`).exec(decodeURIComponent(url.pathname))?.slice(1);

    const tagged = route('tags/list');
    if (tagged) {
      const repository = repositories.get(tagged[0] ?? '');
      if (repository === undefined || repository.tags.size === 0) return refuse([404, 'NAME_UNKNOWN']);
      return page([...repository.tags.keys()], 'tags', { name: tagged[0] });
    }
    const begun = method === 'POST' ? route('blobs/uploads/?') : undefined;
    if (begun) {
      const name = begun[0] ?? '';
      if (repositoryOf(name) === undefined) return refuse([404, 'NAME_UNKNOWN']);
      return answer(202, { location: begin(name) });
    }
    const sent = route('blobs/uploads/([0-9a-f-]{36})');
    if (sent) return await receive(sent[0] ?? '', sent[1] ?? '');
    const blob = route('blobs/(sha256:[0-9a-f]{64})');
    if (blob) {
      const bytes = repositories.get(blob[0] ?? '')?.blobs.get(blob[1] ?? '');
      if (bytes === undefined) return refuse([404, 'BLOB_UNKNOWN']);
      if (options.blobsElsewhere && method === 'GET') {
        return answer(307, { location: `${options.blobsElsewhere}/${blob[1]}?X-Amz-Signature=secret` });
      }
      return answer(
        200,
        {
          'content-type': 'application/octet-stream',
          'docker-content-digest': blob[1] ?? '',
          etag: `"${blob[1]}"`,
        },
        bytes,
      );
    }
    const manifest = route('manifests/([0-9A-Za-z._:-]+)');
    if (manifest) return await manifests(manifest[0] ?? '', manifest[1] ?? '');
    refuse([404, 'UNSUPPORTED']);

    function begin(name: string): string {
      const id = randomUUID();
      uploads.set(id, { repository: name, bytes: Buffer.alloc(0), state: randomUUID() });
      return locationOf(id);
    }

    function locationOf(id: string): string {
      const upload = uploads.get(id);
      const path = `/v2/${upload?.repository}/blobs/uploads/${id}?_state=${upload?.state}%3D`;
      return options.absoluteLocations ? `${server.url}${path}` : path;
    }

    async function receive(name: string, id: string): Promise<void> {
      const upload = uploads.get(id);
      const current = url.searchParams.get('_state') === `${upload?.state}=`;
      if (upload === undefined || upload.repository !== name) return refuse([404, 'BLOB_UPLOAD_UNKNOWN']);
      if (!current) return refuse([400, 'BLOB_UPLOAD_INVALID']);
      if (method === 'DELETE') {
        uploads.delete(id);
        return answer(204);
      }
      const body = await readBody(request);
      // What Go's form parser has read is gone.
      const form = request.headers['content-type'] === 'application/x-www-form-urlencoded';
      const bytes = Buffer.concat([upload.bytes, form ? Buffer.alloc(0) : body]);
      if (method === 'PATCH') {
        uploads.set(id, { ...upload, bytes, state: randomUUID() });
        return answer(202, { location: locationOf(id), range: `0-${Math.max(0, bytes.length - 1)}` });
      }
      const digest = url.searchParams.get('digest') ?? '';
      if (digestOf(bytes) !== digest) return refuse([400, 'DIGEST_INVALID']);
      uploads.delete(id);
      repositoryOf(name)?.blobs.set(digest, bytes);
      answer(201, { location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest });
    }

    async function manifests(name: string, reference: string): Promise<void> {
      const repository = method === 'PUT' ? repositoryOf(name) : repositories.get(name);
      if (repository === undefined) return refuse([404, 'NAME_UNKNOWN']);
      if (method === 'PUT') return await putManifest(name, repository, reference);
      const digest = reference.includes(':') ? reference : repository.tags.get(reference);
      const found = digest === undefined ? undefined : repository.manifests.get(digest);
      if (method === 'DELETE') return deleteManifest(repository, reference, found !== undefined);
      if (digest === undefined || found === undefined) return refuse([404, 'MANIFEST_UNKNOWN']);
      answer(200, { 'content-type': found.type, 'docker-content-digest': digest }, found.bytes);
    }

    async function putManifest(
      name: string,
      repository: StandInRepository,
      reference: string,
    ): Promise<void> {
      const bytes = await readBody(request);
      const type = request.headers['content-type'] ?? '';
      const digest = digestOf(bytes);
      if (reference.includes(':') && reference !== digest) return refuse([400, 'DIGEST_INVALID']);
      const document = JSON.parse(bytes.toString()) as Record<string, unknown>;
      if (document['mediaType'] !== type) return refuse([400, 'MANIFEST_INVALID']);
      const children = (document['manifests'] ?? []) as readonly { digest: string }[];
      const layers = (document['layers'] ?? []) as readonly { digest: string }[];
      const config = document['config'] === undefined ? [] : [document['config'] as { digest: string }];
      const whole =
        children.every((child) => repository.manifests.has(child.digest)) &&
        [...layers, ...config].every((child) => repository.blobs.has(child.digest));
      if (!whole) return refuse([400, 'MANIFEST_BLOB_UNKNOWN']);
      if (!reference.includes(':')) {
        if (options.immutableTags && repository.tags.has(reference))
          return refuse([400, 'TAG_ALREADY_EXISTS']);
        repository.tags.set(reference, digest);
      }
      repository.manifests.set(digest, { type, bytes });
      answer(201, { location: `/v2/${name}/manifests/${digest}`, 'docker-content-digest': digest });
    }

    function deleteManifest(repository: StandInRepository, reference: string, found: boolean): void {
      const deletes = options.deletes ?? 'all';
      if (deletes === 'none') return refuse([405, 'UNSUPPORTED']);
      if (!reference.includes(':')) {
        if (deletes === 'digests') return refuse([400, 'DIGEST_INVALID']);
        if (!repository.tags.delete(reference)) return refuse([404, 'MANIFEST_UNKNOWN']);
        return answer(202);
      }
      if (!found) return refuse([404, 'MANIFEST_UNKNOWN']);
      repository.manifests.delete(reference);
      for (const [tag, digest] of repository.tags) if (digest === reference) repository.tags.delete(tag);
      answer(202);
    }
  };

  const server = await startHttpServer(handle, options.tls);
  return {
    server,
    host: `127.0.0.1:${server.port}`,
    repositories,
    requests,
    uploads,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
