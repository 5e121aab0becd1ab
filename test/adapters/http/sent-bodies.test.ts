import type { IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HttpClient, HttpClientOptions, HttpSendRequest } from '../../../src/adapters/http/contract.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import type { ChaosAction } from '../../support/chaos-proxy.ts';
import { proxiedServer } from './proxied-server.ts';

const CONTENT = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251));

const net = proxiedServer((_, response) => void response.end(CONTENT));

function startClient(options: Partial<HttpClientOptions> = {}, ...actions: readonly ChaosAction[]): void {
  const faults = actions.map((action) => ({ action }));
  net.connect({ side: 'upstream', userAgent: 'provider-sync/test', ...options }, faults);
}

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
      net.handle = async (request, response) => {
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
    net.client.send({
      url: `${net.proxy.url}/upload?sig=secret`,
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
    await expect(send({ url: net.server.url, body: failing(), size })).rejects.toBe(wrong);
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
    expect(net.proxy.requests).toHaveLength(0);
  });

  it.each([1, -1])('whose length differs from the announced one by %i is broken off', async (difference) => {
    startClient({ side: 'destination' });
    await expect(send({ url: net.server.url, size: CONTENT.length + difference })).rejects.toMatchObject({
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
    expect(net.proxy.requests).toHaveLength(3);
  });

  it('may be refused before it has been sent, and its source is closed', async () => {
    startClient();
    net.handle = (request, response) => {
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
    const outcome = await send({ url: net.server.url, body: endless(), size: 1e12 }).then(
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
    await net.proxy.close();
    await expect(send({ body: body() })).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(closed).toBe(true);
  });

  it('is given up when the other side stops taking it', async () => {
    startClient({ side: 'destination', timeouts: { headersMs: 100 } });
    net.handle = (request) => void request.pause();
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield CONTENT;
    }
    await expect(send({ url: net.server.url, body: endless(), size: 1e12 })).rejects.toMatchObject({
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
