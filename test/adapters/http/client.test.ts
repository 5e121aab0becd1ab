import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type {
  HttpClient,
  HttpClientOptions,
  HttpMethod,
  HttpRequest,
} from '../../../src/adapters/http/contract.ts';
import { readJson } from '../../../src/adapters/http/json.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import { type ChaosProxy, type Fault, startChaosProxy } from '../../support/chaos-proxy.ts';
import { readBody, startHttpServer, type TestServer } from '../../support/http-server.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

let server: TestServer;
let proxy: ChaosProxy;
let client: HttpClient;
let handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
let waits: number[];
let retries: { target: string; attempt: number; reason: string }[];

beforeEach(async () => {
  waits = [];
  retries = [];
  handle = async (request, response) => {
    await readBody(request);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  };
  server = await startHttpServer((request, response) => handle(request, response));
  proxy = await startChaosProxy({ target: server.url });
});

afterEach(async () => {
  await client?.close();
  await proxy.close();
  await server.close();
});

/** Waits are recorded and not made; the jitter is the whole of what it may be. */
function startClient(options: Partial<HttpClientOptions> = {}, ...faults: readonly Fault[]): void {
  proxy.addFaults(...faults);
  client = createHttpClient({
    side: 'destination',
    userAgent: 'provider-sync/test',
    now: () => NOW,
    sleep: async (milliseconds) => void waits.push(milliseconds),
    onRetry: (event) => retries.push(event),
    ...options,
    retry: { attempts: 4, baseDelayMs: 100, maxDelayMs: 5000, random: () => 1, ...options.retry },
  });
}

function ask(overrides: Partial<HttpRequest> = {}): ReturnType<HttpClient['request']> {
  return client.request({
    method: 'GET',
    url: `${proxy.url}/things?secret=1`,
    target: 'the things',
    maxBytes: 1000,
    ...overrides,
  });
}

async function errorOf(promise: Promise<unknown>): Promise<SyncError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SyncError);
  return error as SyncError;
}

const answer = (status: number, headers: Record<string, string> = {}) =>
  ({ kind: 'answer', status, headers }) as const;

describe('a document', () => {
  it('is read whole, with status, headers and where it came from', async () => {
    startClient();
    const document = await ask();
    expect(document).toMatchObject({
      status: 200,
      url: `${proxy.url}/things?secret=1`,
      target: 'the things',
      side: 'destination',
    });
    expect(document.headers.get('content-type')).toBe('application/json');
    expect(readJson(document)).toEqual({ ok: true });
    expect(proxy.requests[0]?.headers['user-agent']).toBe('provider-sync/test');
  });

  it('is sent with its method, headers and body', async () => {
    startClient();
    let body = '';
    handle = async (request, response) => {
      body = `${request.method} ${request.headers.authorization} ${String(await readBody(request))}`;
      response.writeHead(201).end();
    };
    const headers = { authorization: 'Bearer t', 'content-type': 'application/vnd.api+json' };
    expect((await ask({ method: 'POST', headers, body: '{"a":1}' })).status).toBe(201);
    expect(body).toBe('POST Bearer t {"a":1}');
  });

  it.each([204, 301, 304, 400, 401, 403, 404, 409, 422, 501])(
    'answered with %i is returned, not repeated',
    async (status) => {
      startClient({}, { action: answer(status) });
      expect((await ask()).status).toBe(status);
      expect(proxy.requests).toHaveLength(1);
    },
  );

  it('is decompressed, and the cap counts what comes out', async () => {
    startClient();
    const zipped = gzipSync(Buffer.alloc(5000));
    handle = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': zipped.length }).end(zipped);
    };
    expect((await ask({ maxBytes: 5000 })).bytes).toHaveLength(5000);
    expect(await errorOf(ask({ maxBytes: 4999 }))).toMatchObject({ code: 'DestinationResponseInvalid' });
  });

  it('longer than the cap is refused, announced or not, and never repeated', async () => {
    startClient({ side: 'upstream' });
    handle = (_, response) => {
      response.write(Buffer.alloc(600));
      response.end(Buffer.alloc(600));
    };
    const error = await errorOf(ask());
    expect(error.code).toBe('UpstreamResponseInvalid');
    expect(error.message).toContain('the things');
    expect(error.message).toContain('1000 bytes');
    expect(proxy.requests).toHaveLength(1);
  });

  it('that is HTML where JSON was expected is told from other nonsense', async () => {
    startClient({}, { action: { kind: 'html' } }, { action: { kind: 'answer', status: 200, body: '{"a":' } });
    const portal = await ask();
    expect(() => readJson(portal)).toThrow(/captive portal or proxy/);
    expect(() => readJson(portal)).toThrow(expect.objectContaining({ code: 'DestinationResponseInvalid' }));
    const cut = await ask();
    expect(() => readJson(cut)).toThrow(/not JSON/);
  });
});

describe('repeating', () => {
  it.each<[string, Record<string, string>, number]>([
    ['Retry-After in seconds', { 'retry-after': '2' }, 2000],
    ['Retry-After as a date', { 'retry-after': 'Sun, 01 Mar 2026 12:00:03 GMT' }, 3000],
    ['X-RateLimit-Reset with a fraction', { 'x-ratelimit-reset': '0.25' }, 250],
  ])('waits after a 429 as %s asks, plus jitter', async (_, headers, wait) => {
    startClient({}, { action: answer(429, headers) });
    expect((await ask()).status).toBe(200);
    expect(waits).toEqual([wait + 100]);
    expect(retries).toEqual([{ target: 'the things', attempt: 2, reason: 'it answered 429' }]);
  });

  it('waits no longer than the cap, whatever the server asks', async () => {
    startClient({}, { action: answer(503, { 'retry-after': '86400' }) });
    await ask();
    expect(waits).toEqual([5000]);
  });

  it('backs off exponentially with full jitter, and gives up after the last attempt', async () => {
    startClient({ retry: { random: () => 0.5 } }, { times: 9, action: answer(500) });
    const error = await errorOf(ask());
    expect(waits).toEqual([50, 100, 200]);
    expect(proxy.requests).toHaveLength(4);
    expect(error).toMatchObject({ code: 'DestinationUnavailable', retryable: true });
    expect(error.message).toContain('the things');
    expect(error.message).toContain('500');
  });

  it('gives up when the total time would pass, and says when the server wants to be asked again', async () => {
    startClient(
      { side: 'upstream', retry: { totalMs: 1500 } },
      { times: 9, action: answer(429, { 'retry-after': '2' }) },
    );
    const error = await errorOf(ask());
    expect(error).toMatchObject({ code: 'UpstreamUnavailable', retryAfterSeconds: 2 });
    expect(proxy.requests).toHaveLength(1);
  });

  it.each<[HttpMethod, number]>([
    ['GET', 2],
    ['HEAD', 2],
    ['PUT', 2],
    ['DELETE', 2],
    ['POST', 1],
    ['PATCH', 1],
  ])('sends a %s that met a 502 %i times', async (method, times) => {
    startClient({}, { action: answer(502) });
    const outcome = await ask({ method }).then(
      (document) => document.status,
      (error: SyncError) => error.code,
    );
    expect(proxy.requests).toHaveLength(times);
    expect(outcome).toBe(times === 2 ? 200 : 'DestinationUnavailable');
  });

  it.each<HttpMethod>(['GET', 'POST', 'PATCH', 'DELETE'])('repeats a %s that met a 429', async (method) => {
    startClient({}, { times: 2, action: answer(429) });
    expect((await ask({ method, ...(method === 'GET' ? {} : { body: 'x' }) })).status).toBe(200);
    expect(proxy.requests).toHaveLength(3);
  });

  it.each([
    ['dropped before the answer', { kind: 'drop' }],
    ['dropped within the answer', { kind: 'drop-response', afterBytes: 3 }],
    ['lost on the way back', { kind: 'lose-answer' }],
  ] as const)('repeats a GET but not a POST whose connection was %s', async (_, action) => {
    startClient({}, { method: 'GET', action }, { method: 'POST', action });
    expect((await ask()).status).toBe(200);
    const error = await errorOf(ask({ method: 'POST', body: 'x' }));
    expect(error.code).toBe('DestinationUnavailable');
    expect(proxy.requests.map((request) => request.method)).toEqual(['GET', 'GET', 'POST']);
  });

  it('repeats even a POST when no connection came about', async () => {
    startClient();
    await proxy.close();
    const error = await errorOf(ask({ method: 'POST', body: 'x' }));
    expect(error.message).toContain('refuses connections (ECONNREFUSED)');
    expect(retries).toHaveLength(3);
  });

  it.each([
    ['never answers', { kind: 'stall' }, { headersMs: 50 }],
    ['stops in the middle', { kind: 'stall', afterBytes: 3 }, { idleMs: 50 }],
    ['drips too slowly to finish in time', { kind: 'throttle', bytesPerSecond: 50 }, { documentMs: 100 }],
  ] as const)('repeats a GET when the server %s, and then says timeout', async (_, action, timeouts) => {
    startClient({ timeouts, retry: { attempts: 2 } }, { times: 2, action });
    const error = await errorOf(ask());
    expect(error.code).toBe('DestinationUnavailable');
    expect(error.message).toContain('timeout');
    expect(proxy.requests).toHaveLength(2);
  });
});

describe('redirects', () => {
  const redirectTo = (location: string, status = 302) => answer(status, { location });

  it('are followed, relative ones too, and the document knows where it came from', async () => {
    startClient(
      {},
      { path: /^\/things/, action: redirectTo('/else?x=1') },
      { path: /^\/else/, action: redirectTo(`${proxy.url}/last`, 308) },
    );
    expect((await ask()).url).toBe(`${proxy.url}/last`);
  });

  it('keep Authorization at its origin', async () => {
    const other = await startChaosProxy({ target: server.url });
    startClient(
      {},
      { path: /^\/things/, action: redirectTo('/same') },
      { path: /^\/same/, action: redirectTo(`${other.url}/other`) },
    );
    await ask({ headers: { Authorization: 'Bearer token', 'x-kept': 'yes' } });
    expect(proxy.requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer token',
      'Bearer token',
    ]);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(other.requests[0]?.headers['x-kept']).toBe('yes');
    await other.close();
  });

  it('end after five', async () => {
    startClient({ side: 'upstream' }, { times: 99, action: redirectTo('/things') });
    const error = await errorOf(ask());
    expect(error.code).toBe('UpstreamResponseInvalid');
    expect(error.message).toContain('more than 5 times');
    expect(proxy.requests).toHaveLength(6);
  });

  it.each([
    ['http://registry.example.com/x', 'AddressRefused'],
    ['file:///etc/passwd', 'AddressRefused'],
    ['https://user:password@example.com/', 'AddressRefused'],
    ['https://', 'DestinationResponseInvalid'],
  ])('to %s are refused', async (location, code) => {
    startClient({}, { action: redirectTo(location) });
    expect((await errorOf(ask())).code).toBe(code);
    expect(proxy.requests).toHaveLength(1);
  });

  it.each<HttpMethod>(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'of a %s are left to the caller',
    async (method) => {
      startClient({}, { action: redirectTo('/else', 307) });
      expect((await ask({ method })).status).toBe(307);
      expect(proxy.requests).toHaveLength(1);
    },
  );
});

describe('errors', () => {
  it('refuse plain http to other machines', async () => {
    startClient();
    expect((await errorOf(ask({ url: 'http://registry.example.com/x' }))).code).toBe('AddressRefused');
  });

  it('name target, host and path, but of a secret link the host alone, and never the query', async () => {
    startClient({ retry: { attempts: 1 } }, { times: 2, action: { kind: 'drop' } });
    const open = await errorOf(ask());
    expect(open.message).toBe(
      `the things: the request to 127.0.0.1:${proxy.port}/things failed: the connection was cut (UND_ERR_SOCKET).`,
    );
    const secret = await errorOf(ask({ secretUrl: true }));
    expect(secret.message).toContain(`to 127.0.0.1:${proxy.port} failed`);
  });
});

describe('interrupting the run', () => {
  it('ends a request that waits for its answer', async () => {
    const run = new AbortController();
    startClient({ signal: run.signal });
    handle = () => run.abort();
    expect((await errorOf(ask())).code).toBe('Interrupted');
    expect(proxy.requests).toHaveLength(1);
  });

  it('ends a wait before the next attempt', async () => {
    const run = new AbortController();
    startClient(
      {
        signal: run.signal,
        sleep: (_, signal) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason as Error));
            run.abort();
          }),
      },
      { action: answer(500) },
    );
    expect((await errorOf(ask())).code).toBe('Interrupted');
  });

  it('starts nothing more, and says why the run ended when the signal knows', async () => {
    const near = new SyncError('DeadlineNear', 'No time left.');
    startClient({ signal: AbortSignal.abort(near) });
    expect(await errorOf(ask())).toBe(near);
    expect(proxy.requests).toHaveLength(0);
  });
});

describe('closing the client', () => {
  it('ends a request under way without another attempt', async () => {
    startClient();
    handle = () => client.close();
    const error = await errorOf(ask());
    expect(error.code).toBe('Interrupted');
    expect({ requests: proxy.requests.length, retries }).toEqual({ requests: 1, retries: [] });
  });
});

describe('the request rate', () => {
  it('is bounded for documents, repetitions included', async () => {
    startClient({ requestsPerSecond: 2 }, { action: answer(500) });
    await ask();
    await ask();
    // The wait of the repetition, which takes the second's last place, then the second document's.
    expect(waits).toEqual([100, 1100]);
  });
});
