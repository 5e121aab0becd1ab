import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { HttpClient, HttpClientOptions } from '../../../src/adapters/http/contract.ts';
import type { ChaosAction } from '../../support/chaos-proxy.ts';
import { proxiedServer } from './proxied-server.ts';

const CONTENT = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251));

const net = proxiedServer((_, response) => void response.end(CONTENT));

function startClient(options: Partial<HttpClientOptions> = {}, ...actions: readonly ChaosAction[]): void {
  const faults = actions.map((action) => ({ action }));
  net.connect({ side: 'upstream', userAgent: 'provider-sync/test', ...options }, faults);
}

const open = (): ReturnType<HttpClient['open']> =>
  net.client.open({ url: `${net.proxy.url}/file?sig=secret`, target: 'a package', secretUrl: true });

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
    expect(net.proxy.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': 'provider-sync/test',
    });
    expect(net.proxy.requests[0]?.headers.range).toBeUndefined();
  });

  it('can be asked for from a byte on, for one representation only', async () => {
    startClient();
    const resume = { offset: 10, etag: '"abc"' };
    await read((await net.client.open({ url: net.proxy.url, target: 'a package', resume })).body);
    expect(net.proxy.requests[0]?.headers).toMatchObject({ range: 'bytes=10-', 'if-range': '"abc"' });
  });

  it('is found behind redirects, which see no Authorization of another origin', async () => {
    startClient({}, { kind: 'answer', status: 302, headers: { location: `${net.server.url}/there` } });
    let seen: IncomingMessage['headers'] = {};
    net.handle = (request, response) => {
      seen = request.headers;
      response.end('x');
    };
    const opened = await net.client.open({
      url: net.proxy.url,
      target: 'a package',
      headers: { authorization: 'Bearer t', accept: 'application/zip' },
    });
    expect((await read(opened.body)).bytes.toString()).toBe('x');
    expect(opened.url).toBe(`${net.server.url}/there`);
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
    expect(net.proxy.requests).toHaveLength(1);
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
    net.handle = (_, response) => void response.end(Buffer.alloc(20_000_000));
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
      net.handle = (_, response) => {
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
    const opened = await net.client.open({ url: net.server.url, target: 'an endless package' });
    await full;
    expect(written).toBeLessThan(50_000_000);
    await opened.body[Symbol.asyncIterator]().return?.();
  });

  it('that is not wanted gives its connection up, read or not', async () => {
    startClient();
    const closed: Promise<unknown>[] = [];
    net.handle = (_, response) => {
      closed.push(new Promise((resolve) => response.on('close', resolve)));
      response.write('begin');
    };
    const unread = await net.client.open({ url: net.server.url, target: 'a package' });
    await unread.body[Symbol.asyncIterator]().return?.();
    for await (const _ of (await net.client.open({ url: net.server.url, target: 'a package' })).body) break;
    await Promise.all(closed);
    expect(closed).toHaveLength(2);
  });

  it('ends when the run is interrupted, before or after the headers', async () => {
    const run = new AbortController();
    startClient({ signal: run.signal });
    net.handle = (_, response) => void response.write('begin');
    const { body } = await open();
    const reading = read(body);
    net.handle = () => run.abort();
    await expect(open()).rejects.toMatchObject({ code: 'Interrupted' });
    expect((await reading).error).toMatchObject({ code: 'Interrupted' });
    await expect(open()).rejects.toMatchObject({ code: 'Interrupted' });
    expect(net.proxy.requests).toHaveLength(2);
  });
});
