import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type { HttpClient, HttpClientOptions, HttpSendRequest } from '../../../src/adapters/http/contract.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import { type ChaosAction, type ChaosProxy, startChaosProxy } from '../../support/chaos-proxy.ts';
import { startHttpServer, type TestServer } from '../../support/http-server.ts';

const CONTENT = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251));

let server: TestServer;
let proxy: ChaosProxy;
let client: HttpClient;
let handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

beforeEach(async () => {
  handle = (_, response) => void response.end(CONTENT);
  server = await startHttpServer((request, response) => handle(request, response));
  proxy = await startChaosProxy({ target: server.url });
});

afterEach(async () => {
  await client?.close();
  await proxy.close();
  await server.close();
});

function startClient(options: Partial<HttpClientOptions> = {}, ...actions: readonly ChaosAction[]): void {
  proxy.addFaults(...actions.map((action) => ({ action })));
  client = createHttpClient({ side: 'upstream', userAgent: 'provider-sync/test', ...options });
}

const open = (): ReturnType<HttpClient['open']> =>
  client.open({ url: `${proxy.url}/file?sig=secret`, target: 'a package', secretUrl: true });

async function read(body: AsyncIterable<Uint8Array>): Promise<{ bytes: Buffer; error: unknown }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), error: undefined };
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  }
}

describe('an opened body', () => {
  it('arrives whole, as stored and without compression', async () => {
    startClient();
    const opened = await open();
    expect(opened.status).toBe(200);
    expect((await read(opened.body)).bytes.equals(CONTENT)).toBe(true);
    expect(proxy.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': 'provider-sync/test',
    });
    expect(proxy.requests[0]?.headers.range).toBeUndefined();
  });

  it('can be asked for from a byte on, for one representation only', async () => {
    startClient();
    const resume = { offset: 10, etag: '"abc"' };
    await read((await client.open({ url: proxy.url, target: 'a package', resume })).body);
    expect(proxy.requests[0]?.headers).toMatchObject({ range: 'bytes=10-', 'if-range': '"abc"' });
  });

  it('is found behind redirects, which see no Authorization of another origin', async () => {
    startClient({}, { kind: 'answer', status: 302, headers: { location: `${server.url}/there` } });
    let seen: IncomingMessage['headers'] = {};
    handle = (request, response) => {
      seen = request.headers;
      response.end('x');
    };
    const opened = await client.open({
      url: proxy.url,
      target: 'a package',
      headers: { authorization: 'Bearer t', accept: 'application/zip' },
    });
    expect((await read(opened.body)).bytes.toString()).toBe('x');
    expect(opened.url).toBe(`${server.url}/there`);
    expect(seen.accept).toBe('application/zip');
    expect(seen.authorization).toBeUndefined();
  });

  it.each([206, 401, 403, 404, 416])('with status %i is the caller’s to judge', async (status) => {
    startClient({}, { kind: 'answer', status });
    expect((await open()).status).toBe(status);
  });

  it('with a passing status is an error that knows when to come again; nothing is repeated', async () => {
    startClient({}, { kind: 'answer', status: 503, headers: { 'retry-after': '4' } });
    await expect(open()).rejects.toMatchObject({ code: 'UpstreamUnavailable', retryAfterSeconds: 4 });
    expect(proxy.requests).toHaveLength(1);
  });

  it.each([0, 1, 500_000])('that breaks after %i bytes gives those and then an error', async (afterBytes) => {
    startClient({}, { kind: 'drop-response', afterBytes });
    const { bytes, error } = await read((await open()).body);
    expect(bytes.equals(CONTENT.subarray(0, afterBytes))).toBe(true);
    expect(error).toMatchObject({ code: 'UpstreamUnavailable', retryable: true });
    expect((error as Error).message).toContain('a package: the request to 127.0.0.1');
    expect((error as Error).message).not.toMatch(/secret|file/);
  });

  it.each([
    [{ kind: 'stall' }, { headersMs: 50 }],
    [{ kind: 'stall', afterBytes: 10 }, { idleMs: 50 }],
  ] as const)('that stalls (%j) ends with a timeout', async (action, timeouts) => {
    startClient({ timeouts }, action);
    const error: unknown = await open().then(
      async ({ body }) => (await read(body)).error,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'UpstreamUnavailable',
      message: expect.stringContaining('timeout'),
    });
  });

  it('is not timed out by a reader who takes its time', async () => {
    startClient({ timeouts: { idleMs: 50 } });
    handle = (_, response) => void response.end(Buffer.alloc(20_000_000));
    const opened = await open();
    const iterator = opened.body[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { bytes, error } = await read({ [Symbol.asyncIterator]: () => iterator });
    expect(error).toBeUndefined();
    expect(bytes.length).toBeGreaterThan(19_000_000);
  });

  it('that nobody reads is not drawn into memory', async () => {
    startClient();
    let written = 0;
    const full = new Promise<void>((resolve) => {
      handle = (_, response) => {
        const chunk = Buffer.alloc(1_000_000);
        while (response.write(chunk)) written += chunk.length;
        const more = setInterval(() => {
          if (response.writableNeedDrain) return;
          written += chunk.length;
          response.write(chunk);
        }, 1);
        const idle = setTimeout(() => {
          clearInterval(more);
          resolve();
        }, 300);
        response.on('close', () => {
          clearInterval(more);
          clearTimeout(idle);
        });
      };
    });
    const opened = await client.open({ url: server.url, target: 'an endless package' });
    await full;
    expect(written).toBeLessThan(50_000_000);
    await opened.body[Symbol.asyncIterator]().return?.();
  });

  it('that is not wanted gives its connection up, read or not', async () => {
    startClient();
    const closed: Promise<unknown>[] = [];
    handle = (_, response) => {
      closed.push(new Promise((resolve) => response.on('close', resolve)));
      response.write('begin');
    };
    const unread = await client.open({ url: server.url, target: 'a package' });
    await unread.body[Symbol.asyncIterator]().return?.();
    for await (const _ of (await client.open({ url: server.url, target: 'a package' })).body) break;
    await Promise.all(closed);
    expect(closed).toHaveLength(2);
  });

  it('ends when the run is interrupted, before or after the headers', async () => {
    const run = new AbortController();
    startClient({ signal: run.signal });
    handle = (_, response) => void response.write('begin');
    const { body } = await open();
    const reading = read(body);
    handle = () => run.abort();
    await expect(open()).rejects.toMatchObject({ code: 'Interrupted' });
    expect((await reading).error).toMatchObject({ code: 'Interrupted' });
    await expect(open()).rejects.toMatchObject({ code: 'Interrupted' });
    expect(proxy.requests).toHaveLength(2);
  });
});

async function* inChunks(bytes: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly bytes: number;
  /** Whether the request arrived whole. */
  readonly complete: boolean;
}

describe('a sent body', () => {
  let received: Promise<Received>;

  beforeEach(() => {
    received = new Promise((resolve) => {
      handle = async (request, response) => {
        let bytes = 0;
        try {
          for await (const chunk of request) bytes += (chunk as Buffer).length;
        } catch {
          // Cut connections are what some tests are about: `complete` tells.
        }
        resolve({ headers: request.headers, bytes, complete: request.complete });
        response.writeHead(200).end('stored');
      };
    });
  });

  const send = (overrides: Partial<HttpSendRequest> = {}): ReturnType<HttpClient['send']> =>
    client.send({
      url: `${proxy.url}/upload?sig=secret`,
      target: 'an upload',
      secretUrl: true,
      body: inChunks(CONTENT),
      size: CONTENT.length,
      ...overrides,
    });

  it('arrives whole, with its length and not in HTTP chunks', async () => {
    startClient({ side: 'destination' });
    const document = await send({ headers: { 'content-type': 'application/octet-stream' } });
    expect(document).toMatchObject({ status: 200, side: 'destination', target: 'an upload' });
    expect(Buffer.from(document.bytes).toString()).toBe('stored');
    const { headers, bytes, complete } = await received;
    expect({ bytes, complete }).toEqual({ bytes: CONTENT.length, complete: true });
    expect(headers['content-length']).toBe(String(CONTENT.length));
    expect(headers['transfer-encoding']).toBeUndefined();
    expect(headers['content-type']).toBe('application/octet-stream');
  });

  it('of unknown size goes in HTTP chunks', async () => {
    startClient();
    await send({ size: undefined });
    const { headers, bytes, complete } = await received;
    expect({ bytes, complete }).toEqual({ bytes: CONTENT.length, complete: true });
    expect(headers['transfer-encoding']).toBe('chunked');
  });

  it.each([0, undefined])('may be empty (size %s)', async (size) => {
    startClient();
    await send({ body: inChunks(Buffer.alloc(0)), size });
    const { headers, complete } = await received;
    expect(complete).toBe(true);
    expect(headers['content-length']).toBe('0');
  });

  it.each([
    ['of known size', CONTENT.length],
    ['of unknown size', undefined],
  ])('%s that throws before its end is never complete at the other side', async (_, size) => {
    startClient();
    const wrong = new SyncError('DigestMismatch', 'wrong');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* inChunks(CONTENT.subarray(0, -1));
      throw wrong;
    }
    await expect(send({ url: server.url, body: failing(), size })).rejects.toBe(wrong);
    expect((await received).complete).toBe(false);
  });

  it.each([0, undefined])('that throws at once is not even begun (size %s)', async (size) => {
    startClient();
    const wrong = new SyncError('DigestMismatch', 'wrong');
    // oxlint-disable-next-line require-yield
    async function* failing(): AsyncGenerator<Uint8Array> {
      throw wrong;
    }
    await expect(send({ body: failing(), size })).rejects.toBe(wrong);
    expect(proxy.requests).toHaveLength(0);
  });

  it.each([1, -1])('whose length differs from the announced one by %i is broken off', async (difference) => {
    startClient({ side: 'destination' });
    await expect(send({ url: server.url, size: CONTENT.length + difference })).rejects.toMatchObject({
      code: 'DestinationUnavailable',
    });
    expect((await received).complete).toBe(false);
  });

  it('is never repeated or redirected', async () => {
    startClient(
      { side: 'destination' },
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 307, headers: { location: '/else' } },
      { kind: 'drop-request', afterBytes: 100_000 },
    );
    await expect(send()).rejects.toMatchObject({ code: 'DestinationUnavailable', retryable: true });
    expect((await send()).status).toBe(307);
    await expect(send()).rejects.toMatchObject({
      code: 'DestinationUnavailable',
      message: expect.stringMatching(
        /^an upload: the request to 127\.0\.0\.1:\d+ failed: the connection was cut/,
      ),
    });
    expect(proxy.requests).toHaveLength(3);
  });

  it('may be refused before it has been sent, and its source is closed', async () => {
    startClient();
    handle = (request, response) => {
      request.once('data', () => response.writeHead(413, { connection: 'close' }).end('too large'));
    };
    let close: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield CONTENT;
      } finally {
        close();
      }
    }
    const outcome = await send({ url: server.url, body: endless(), size: 1e12 }).then(
      (document) => document.status,
      (error: SyncError) => error.code,
    );
    // The answer can be lost when the connection is cut under bytes that are still on their way.
    expect([413, 'UpstreamUnavailable']).toContain(outcome);
    await closed;
  });

  it('is closed at its source when no connection comes about', async () => {
    startClient({ side: 'destination' });
    let closed = false;
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        yield CONTENT;
      } finally {
        closed = true;
      }
    }
    await proxy.close();
    await expect(send({ body: body() })).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(closed).toBe(true);
  });

  it('is given up when the other side stops taking it', async () => {
    startClient({ side: 'destination', timeouts: { headersMs: 100 } });
    handle = (request) => void request.pause();
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield CONTENT;
    }
    await expect(send({ url: server.url, body: endless(), size: 1e12 })).rejects.toMatchObject({
      code: 'DestinationUnavailable',
      message: expect.stringContaining('timeout'),
    });
  });

  it('is given up when the answer does not come', async () => {
    startClient({ side: 'destination', timeouts: { headersMs: 100 } }, { kind: 'stall' });
    await expect(send()).rejects.toMatchObject({
      code: 'DestinationUnavailable',
      message: expect.stringContaining('timeout'),
    });
  });

  it('is not timed out by a source that takes its time', async () => {
    startClient({ timeouts: { headersMs: 50 } });
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield CONTENT.subarray(0, 10);
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield CONTENT.subarray(10);
    }
    expect((await send({ body: slow() })).status).toBe(200);
  });

  it('ends when the run is interrupted', async () => {
    const run = new AbortController();
    startClient({ signal: run.signal });
    async function* interrupted(): AsyncGenerator<Uint8Array> {
      yield CONTENT.subarray(0, 10);
      run.abort();
      yield CONTENT.subarray(10);
    }
    await expect(send({ body: interrupted() })).rejects.toMatchObject({ code: 'Interrupted' });
  });
});
