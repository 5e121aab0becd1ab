import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, startHttpServer } from './http-server.ts';

interface StrictObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64, of the whole object; undefined for one uploaded in parts. */
  readonly sha256: string | undefined;
}

/** What goes wrong with a request: it is answered with an error, or its connection is cut. */
type S3Fault = { readonly status: number; readonly code: string } | 'cut';

export interface StrictS3 extends AsyncDisposable {
  readonly url: string;
  /** By `bucket/key`. */
  readonly objects: ReadonlyMap<string, StrictObject>;
  /** Uploads in parts that were begun and neither completed nor aborted. */
  readonly openUploads: ReadonlyMap<string, unknown>;
  /** `METHOD path` of every request. */
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly request: IncomingMessage;
  }[];
}

export interface StrictS3Options {
  /** Asked for every request, before anything else is done. `nth` counts from 1. */
  readonly fault?: (method: string, path: string, nth: number) => S3Fault | undefined;
  /** Default 5 MiB, as S3 has it. */
  readonly minPartBytes?: number;
}

interface PartsUpload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Buffer>;
}

const KEPT = ['content-type', 'cache-control', 'x-amz-meta-sha256'];

/**
 * As much of S3 as a mirror uses, and stricter than other stand-ins: a body that does not have the announced length
 * or SHA-256 is refused and nothing appears, conditions are kept, a part may not be too small, a body without a
 * length or in AWS's own chunks is refused.
 */
export async function startStrictS3(options: StrictS3Options = {}): Promise<StrictS3> {
  const objects = new Map<string, StrictObject>();
  const openUploads = new Map<string, PartsUpload>();
  const requests: { method: string; path: string; request: IncomingMessage }[] = [];
  const state = { objects, openUploads, minPartBytes: options.minPartBytes ?? 5 * 1024 * 1024 };
  const server = await startHttpServer(async (request, response) => {
    const { method = '', url: path = '' } = request;
    requests.push({ method, path, request });
    const fault = options.fault?.(method, path, requests.length);
    if (fault === 'cut') return void response.destroy();
    if (fault !== undefined) {
      await readBody(request);
      return refuse(response, fault.status, fault.code);
    }
    await answer(state, request, response);
  });
  return {
    url: server.url,
    objects,
    openUploads,
    requests,
    [Symbol.asyncDispose]: async () => await server.close(),
  };
}

interface State {
  readonly objects: Map<string, StrictObject>;
  readonly openUploads: Map<string, PartsUpload>;
  readonly minPartBytes: number;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://s3');
  const key = decodeURIComponent(url.pathname.slice(1));
  const query = url.searchParams;
  switch (request.method) {
    case 'GET':
      if (query.has('list-type')) return listObjects(state, key, query, response);
      return getObject(state, key, request, response);
    case 'HEAD':
      return headObject(state, key, response);
    case 'DELETE':
      if (query.has('uploadId')) state.openUploads.delete(query.get('uploadId') ?? '');
      else state.objects.delete(key);
      response.writeHead(204).end();
      return;
    case 'PUT':
      return await putBytes(state, key, query, request, response);
    case 'POST':
      if (query.has('uploads')) return beginParts(state, key, request, response);
      return await completeParts(state, query, request, response);
    default:
      return refuse(response, 405, 'MethodNotAllowed');
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>refused</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(body);
}

function keptHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

async function putBytes(
  state: State,
  key: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (
    request.headers['content-length'] === undefined ||
    request.headers['content-encoding'] === 'aws-chunked'
  ) {
    return refuse(response, 411, 'MissingContentLength');
  }
  // Rejects, and cuts the connection, when the client goes away before the last byte.
  const bytes = await readBody(request);
  if (bytes.length !== Number(request.headers['content-length'])) return void response.destroy();
  const sha256 = createHash('sha256').update(bytes).digest('base64');
  const announced = request.headers['x-amz-checksum-sha256'];
  if (announced !== undefined && announced !== sha256) return refuse(response, 400, 'BadDigest');
  const uploadId = query.get('uploadId');
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  if (uploadId !== null) {
    const upload = state.openUploads.get(uploadId);
    if (upload === undefined) return refuse(response, 404, 'NoSuchUpload');
    upload.parts.set(Number(query.get('partNumber')), bytes);
    response.writeHead(200, { etag }).end();
    return;
  }
  const present = state.objects.get(key);
  if (request.headers['if-none-match'] === '*' && present) return refuse(response, 412, 'PreconditionFailed');
  const match = request.headers['if-match'];
  if (match !== undefined && present === undefined) return refuse(response, 404, 'NoSuchKey');
  if (match !== undefined && match !== present?.etag) return refuse(response, 412, 'PreconditionFailed');
  const checked = announced === undefined ? undefined : sha256;
  state.objects.set(key, { bytes, etag, headers: keptHeaders(request), sha256: checked });
  response.writeHead(200, { etag, ...(checked && { 'x-amz-checksum-sha256': checked }) }).end();
}

function objectHeaders({ bytes, etag, headers, sha256 }: StrictObject): Record<string, string> {
  const checksum =
    sha256 === undefined ? {} : { 'x-amz-checksum-sha256': sha256, 'x-amz-checksum-type': 'FULL_OBJECT' };
  return { ...headers, ...checksum, etag, 'content-length': String(bytes.length) };
}

function getObject(state: State, key: string, request: IncomingMessage, response: ServerResponse): void {
  const found = state.objects.get(key);
  if (found === undefined) return refuse(response, 404, 'NoSuchKey');
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (start === undefined) {
    response.writeHead(200, objectHeaders(found));
    response.end(found.bytes);
    return;
  }
  const part = found.bytes.subarray(Number(start), Number(end) + 1);
  response.writeHead(206, {
    ...objectHeaders(found),
    'content-length': part.length,
    'content-range': `bytes ${start}-${Number(start) + part.length - 1}/${found.bytes.length}`,
  });
  response.end(part);
}

function headObject(state: State, key: string, response: ServerResponse): void {
  const found = state.objects.get(key);
  response.writeHead(found === undefined ? 404 : 200, found && objectHeaders(found)).end();
}

/** Pages of two, so that whoever reads one page only is found out. */
function listObjects(state: State, bucket: string, query: URLSearchParams, response: ServerResponse): void {
  const root = bucket.replace(/\/?$/, '/');
  const keys = [...state.objects.keys()]
    .filter((key) => key.startsWith(root + (query.get('prefix') ?? '')))
    .toSorted();
  const from = Number(query.get('continuation-token') ?? 0);
  const page = keys.slice(from, from + 2);
  const more = from + 2 < keys.length;
  const contents = page.map((key) => {
    const size = state.objects.get(key)?.bytes.length;
    return `<Contents><Key>${key.slice(root.length)}</Key><Size>${size}</Size></Contents>`;
  });
  const next = more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
  );
}

function beginParts(state: State, key: string, request: IncomingMessage, response: ServerResponse): void {
  const id = randomUUID();
  state.openUploads.set(id, { key, headers: keptHeaders(request), parts: new Map() });
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
  );
}

async function completeParts(
  state: State,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const named = [...(await readBody(request)).toString().matchAll(/<PartNumber>(\d+)</g)].map(([, n]) =>
    Number(n),
  );
  const id = query.get('uploadId') ?? '';
  const upload = state.openUploads.get(id);
  if (upload === undefined) return refuse(response, 404, 'NoSuchUpload');
  const parts = named.map((number) => upload.parts.get(number) ?? Buffer.alloc(0));
  if (parts.slice(0, -1).some((part) => part.length < state.minPartBytes)) {
    return refuse(response, 400, 'EntityTooSmall');
  }
  state.openUploads.delete(id);
  const etag = `"${randomUUID()}-${parts.length}"`;
  state.objects.set(upload.key, {
    bytes: Buffer.concat(parts),
    etag,
    headers: upload.headers,
    sha256: undefined,
  });
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`,
  );
}
