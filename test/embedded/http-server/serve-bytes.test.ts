import { createServer } from 'node:http';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenOnLoopback, type RunningServer } from '../../../src/embedded/http-server/listen.ts';
import { parseRange } from '../../../src/embedded/http-server/range.ts';
import { serveBytes } from '../../../src/embedded/http-server/serve-bytes.ts';

describe('a Range header', () => {
  it.each([
    [undefined, 'whole'],
    ['bytes=0-', { start: 0, end: 10 }],
    ['bytes=4-', { start: 4, end: 10 }],
    ['bytes=2-5', { start: 2, end: 6 }],
    ['bytes=9-9', { start: 9, end: 10 }],
    ['bytes=5-999', { start: 5, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-99', { start: 0, end: 10 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-2', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=0-1,4-5', 'whole'],
    ['lines=0-1', 'whole'],
  ])('%s of ten bytes asks for %o', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });

  it('never reaches outside the file', () => {
    const number = fc.option(fc.nat(50), { nil: '' });
    fc.assert(
      fc.property(number, number, fc.nat(40), (from, to, size) => {
        const range = parseRange(`bytes=${from}-${to}`, size);
        if (typeof range === 'string') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThan(range.start);
        expect(range.end).toBeLessThanOrEqual(size);
      }),
    );
  });
});

describe('a served file', () => {
  let server: RunningServer;
  beforeAll(async () => {
    const file = {
      size: 10,
      etag: '"v1"',
      contentType: 'application/zip',
      read: async function* (start: number, end: number) {
        yield Buffer.from('0123456789').subarray(start, end);
      },
    };
    const listener = createServer((request, response) => void serveBytes({ request, response }, file));
    server = await listenOnLoopback(listener, 0);
  });
  afterAll(() => server.close());

  it.each([
    ['GET', {}, 200, '0123456789', null],
    ['GET', { range: 'bytes=3-' }, 206, '3456789', 'bytes 3-9/10'],
    ['GET', { range: 'bytes=3-4' }, 206, '34', 'bytes 3-4/10'],
    ['GET', { range: 'bytes=10-' }, 416, '', 'bytes */10'],
    ['GET', { range: 'bytes=3-', 'if-range': '"v1"' }, 206, '3456789', 'bytes 3-9/10'],
    ['GET', { range: 'bytes=3-', 'if-range': '"v0"' }, 200, '0123456789', null],
    ['HEAD', {}, 200, '', null],
    ['HEAD', { range: 'bytes=3-' }, 200, '', null],
  ] as const)('answers %s %o with %i', async (method, headers, status, body, contentRange) => {
    const response = await fetch(server.url, { method, headers });
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(response.headers.get('etag')).toBe('"v1"');
    expect(response.headers.get('accept-ranges')).toBe('bytes');
  });

  it('tells its size to HEAD', async () => {
    const response = await fetch(server.url, { method: 'HEAD' });
    expect(response.headers.get('content-length')).toBe('10');
  });

  it('is refused a port that is taken, with what to change', async () => {
    const second = listenOnLoopback(createServer(), server.port);
    await expect(second).rejects.toMatchObject({
      code: 'ArgumentsInvalid',
      message: expect.stringContaining(`127.0.0.1:${server.port}`) as string,
    });
  });
});
