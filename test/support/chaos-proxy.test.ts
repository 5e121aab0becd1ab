import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChaosProxy, type Fault, startChaosProxy } from './chaos-proxy.ts';
import { readBody, startHttpServer, type TestServer } from './http-server.ts';

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));

let target: TestServer;
let seen: { method: string; path: string; host: string | undefined; bytes: number }[];
let proxy: ChaosProxy;

beforeEach(async () => {
  seen = [];
  target = await startHttpServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await readBody(request);
    seen.push({ method, path: url, host: headers.host, bytes: body.length });
    response.writeHead(200, { 'content-type': 'application/zip', 'content-length': CONTENT.length });
    response.end(CONTENT);
  });
});

afterEach(async () => {
  await proxy.close();
  await target.close();
});

async function through(...faults: readonly Fault[]): Promise<void> {
  proxy = await startChaosProxy({ target: target.url, faults });
}

async function bytesUntilBreak(response: Response): Promise<{ bytes: number; broken: boolean }> {
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) bytes += chunk.length;
    return { bytes, broken: false };
  } catch {
    return { bytes, broken: true };
  }
}

describe('the chaos proxy', () => {
  it('passes a request on unharmed, keeps the Host header and records it', async () => {
    await through();
    const response = await fetch(`${proxy.url}/a?b=c`, { method: 'PUT', body: Buffer.alloc(100_000) });
    expect(Buffer.from(await response.arrayBuffer()).equals(CONTENT)).toBe(true);
    expect(seen).toEqual([
      { method: 'PUT', path: '/a?b=c', host: `127.0.0.1:${proxy.port}`, bytes: 100_000 },
    ]);
    expect(proxy.requests).toMatchObject([{ method: 'PUT', path: '/a?b=c', status: 200, fault: undefined }]);
  });

  it('harms only the requests that a fault names, as often as it says', async () => {
    await through({
      method: 'GET',
      path: /^\/a/,
      after: 1,
      times: 2,
      action: { kind: 'answer', status: 429, headers: { 'retry-after': '7' }, body: 'slow down' },
    });
    const statuses: number[] = [];
    for (const path of ['/a', '/b', '/a', '/a', '/a']) {
      const response = await fetch(proxy.url + path);
      await response.arrayBuffer();
      statuses.push(response.status);
    }
    expect(statuses).toEqual([200, 200, 429, 429, 200]);
    expect(seen.map((request) => request.path)).toEqual(['/a', '/b', '/a']);
    expect(proxy.requests.map((request) => request.status)).toEqual(statuses);
  });

  it('answers with a captive portal', async () => {
    await through({ action: { kind: 'html' } });
    const response = await fetch(proxy.url);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('<html>');
    expect(seen).toEqual([]);
  });

  it('drops a connection before the target hears of it', async () => {
    await through({ action: { kind: 'drop' } });
    await expect(fetch(proxy.url)).rejects.toThrow('fetch failed');
    expect(seen).toEqual([]);
    expect(proxy.requests).toMatchObject([{ status: undefined, fault: 'drop' }]);
  });

  it('loses the answer to a request that the target processed', async () => {
    await through({ action: { kind: 'lose-answer' } });
    await expect(fetch(proxy.url, { method: 'POST', body: 'x' })).rejects.toThrow('fetch failed');
    expect(seen).toMatchObject([{ method: 'POST', bytes: 1 }]);
  });

  it.each([0, 1, 70_000])('drops an answer after %i bytes', async (afterBytes) => {
    await through({ action: { kind: 'drop-response', afterBytes } });
    expect(await bytesUntilBreak(await fetch(proxy.url))).toEqual({ bytes: afterBytes, broken: true });
  });

  it('drops a request while its body is on the way', async () => {
    await through({ action: { kind: 'drop-request', afterBytes: 10 } });
    await expect(fetch(proxy.url, { method: 'PUT', body: Buffer.alloc(100_000) })).rejects.toThrow(
      'fetch failed',
    );
    expect(seen).toEqual([]);
  });

  it('truncates an answer without breaking it', async () => {
    await through({ action: { kind: 'truncate', afterBytes: 1000 } });
    expect(await bytesUntilBreak(await fetch(proxy.url))).toEqual({ bytes: 1000, broken: false });
  });

  it('flips exactly one byte', async () => {
    await through({ action: { kind: 'flip-byte', at: 150_000 } });
    const received = Buffer.from(await (await fetch(proxy.url)).arrayBuffer());
    const differing = [...received.keys()].filter((index) => received[index] !== CONTENT[index]);
    expect(received.length).toBe(CONTENT.length);
    expect(differing).toEqual([150_000]);
  });

  it('throttles and delays without changing a byte', async () => {
    await through(
      { action: { kind: 'throttle', bytesPerSecond: 4_000_000 } },
      { action: { kind: 'delay', milliseconds: 5 } },
    );
    for (const _ of [1, 2]) {
      const received = Buffer.from(await (await fetch(proxy.url)).arrayBuffer());
      expect(createHash('sha256').update(received).digest('hex')).toBe(
        createHash('sha256').update(CONTENT).digest('hex'),
      );
    }
  });

  it.each([undefined, 0, 500])('stalls after %s bytes until the client gives up', async (afterBytes) => {
    await through({ action: { kind: 'stall', ...(afterBytes === undefined ? {} : { afterBytes }) } });
    const signal = AbortSignal.timeout(100);
    const outcome = await fetch(proxy.url, { signal }).then(bytesUntilBreak, () => 'no headers');
    expect(outcome).toEqual(afterBytes === undefined ? 'no headers' : { bytes: afterBytes, broken: true });
  });
});
