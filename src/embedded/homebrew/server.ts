import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type Answer, type Exchange, type Intercept, jsonAnswer } from '../http-server/exchange.ts';
import { listenOnLoopback, type RunningServer } from '../http-server/listen.ts';
import { createListener, type Route } from '../http-server/router.ts';
import { serveBytes } from '../http-server/serve-bytes.ts';
import type { SampleWorld } from './world.ts';

export interface HomebrewUpstreamOptions {
  /** Asked at every request: upstream changes. */
  readonly world: () => SampleWorld;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly bytesPerSecondPerConnection?: number;
  readonly intercept?: Intercept;
}

export interface RunningHomebrewUpstream extends RunningServer {
  /** For the formulae API: `http://127.0.0.1:PORT/api`. */
  readonly apiUrl: string;
}

const CORE = '/v2/homebrew/core/';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const unknown = (code: string): Answer => jsonAnswer(404, { errors: [{ code, message: 'not found' }] });

/**
 * formulae.brew.sh and ghcr.io in one, on 127.0.0.1: tokens for anybody, demanded for everything of the registry, and
 * blobs behind a redirect to another host that wants no token. Throws ArgumentsInvalid when the port is taken.
 */
export async function startHomebrewUpstream(
  options: HomebrewUpstreamOptions,
): Promise<RunningHomebrewUpstream> {
  const token = randomUUID();
  const route = (path: string, handle: Route['handle']): Route[] =>
    (['GET', 'HEAD'] as const).map((method) => ({ method, path, handle }));
  const routes: readonly Route[] = [
    ...route('/api/*', async (exchange) => apiFile(options.world(), exchange)),
    ...route('/token', async () => jsonAnswer(200, { token, expires_in: 300 })),
    ...route('/v2/*', async (exchange) => registryAnswer(options.world(), exchange, token)),
    ...route('/cdn/:digest', (exchange) => sendBlob(options, exchange)),
  ];
  const listener = createListener({
    routes,
    notFound: unknown('NOT_FOUND'),
    answerError: () => jsonAnswer(500, { errors: [{ code: 'UNKNOWN' }] }),
    intercept: options.intercept,
  });
  const running = await listenOnLoopback(createServer(listener), options.port ?? 0);
  return { ...running, apiUrl: `${running.url}/api` };
}

function pathOf({ request }: Exchange): string {
  return decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/');
}

function apiFile(world: SampleWorld, exchange: Exchange): Answer {
  const body = world.api.get(pathOf(exchange).slice('/api/'.length));
  return body ? { status: 200, contentType: 'application/json', body } : unknown('NOT_FOUND');
}

function registryAnswer(world: SampleWorld, exchange: Exchange, token: string): Answer {
  const path = pathOf(exchange);
  const [, image = '', kind, reference = ''] =
    /^(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path.slice(CORE.length)) ?? [];
  if (!path.startsWith(CORE) || kind === undefined) return unknown('NAME_UNKNOWN');
  if (exchange.request.headers.authorization !== `Bearer ${token}`) return demandToken(exchange, image);
  if (kind === 'blobs') {
    if (!world.blobs.has(reference)) return unknown('BLOB_UNKNOWN');
    // Another host as far as clients can tell: they must not send the token there.
    const location = `http://localhost:${exchange.request.socket.localPort}/cdn/${reference}?signature=${randomUUID()}`;
    return { status: 307, headers: { location } };
  }
  const index = world.indexes.get(`${image} ${reference}`);
  const body = index ?? world.manifests.get(reference);
  if (body === undefined) return unknown('MANIFEST_UNKNOWN');
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  return {
    status: 200,
    contentType: index ? INDEX : MANIFEST,
    headers: { 'docker-content-digest': digest },
    body,
  };
}

function demandToken({ origin }: Exchange, image: string): Answer {
  const scope = `repository:homebrew/core/${image}:pull`;
  const challenge = `Bearer realm="${origin}/token",service="sample",scope="${scope}"`;
  const refusal = jsonAnswer(401, { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] });
  return { ...refusal, headers: { 'www-authenticate': challenge } };
}

async function sendBlob(options: HomebrewUpstreamOptions, exchange: Exchange): Promise<Answer | undefined> {
  const digest = exchange.param('digest');
  const bytes = options.world().blobs.get(digest);
  if (exchange.request.headers.authorization !== undefined)
    return jsonAnswer(400, { code: 'UnsupportedAuthorization' });
  if (bytes === undefined) return unknown('BLOB_UNKNOWN');
  const read = async function* (start: number, end: number) {
    yield bytes.subarray(start, end);
  };
  const file = {
    size: bytes.length,
    etag: `"${digest.slice(7, 39)}"`,
    contentType: 'application/octet-stream',
    read,
  };
  await serveBytes(exchange, file, options.bytesPerSecondPerConnection);
  return undefined;
}
