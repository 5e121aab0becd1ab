import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpByteSource } from '../../../src/adapters/http/byte-source.ts';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type { HttpClient } from '../../../src/adapters/http/contract.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import type { ByteSource } from '../../../src/ports/bytes.ts';
import { startHttpServer, type TestServer } from '../../support/http-server.ts';

const FILE = Buffer.from('0123456789');
const RESUME = { offset: 4, etag: '"v1"' };

let server: TestServer;
let http: HttpClient;
let source: ByteSource;
let ranges: (string | undefined)[];
let handle: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  ranges = [];
  server = await startHttpServer((request, response) => {
    ranges.push(request.headers.range);
    handle(request, response);
  });
  http = createHttpClient({ side: 'upstream', userAgent: 'test' });
  source = httpByteSource({
    http,
    name: 'a package',
    url: server.url,
    headers: { accept: 'application/zip' },
    onStatus: (status) => new SyncError('ReleaseFileMissing', `status ${status}`),
  });
});

afterEach(async () => {
  await http.close();
  await server.close();
});

const whole =
  (headers: Record<string, string> = {}) =>
  (_: unknown, response: ServerResponse): void => {
    response.writeHead(200, { 'content-length': FILE.length, ...headers }).end(FILE);
  };

const partial =
  (headers: Record<string, string>) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    if (request.headers.range === undefined) return whole({ etag: '"v2"' })(request, response);
    response.writeHead(206, headers).end(FILE.subarray(4));
  };

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a file behind a GET', () => {
  it('has a size, a strong ETag and all its bytes', async () => {
    let accept: string | undefined;
    handle = (request, response) => {
      accept = request.headers.accept;
      whole({ etag: '"v1"', 'accept-ranges': 'bytes' })(request, response);
    };
    const opened = await source.open();
    expect(opened).toMatchObject({ size: 10, etag: '"v1"', offset: 0 });
    expect(await text(opened.body)).toBe('0123456789');
    expect(accept).toBe('application/zip');
    expect(ranges).toEqual([undefined]);
  });

  it.each([
    ['a weak ETag', { etag: 'W/"v1"' }],
    ['no ETag', {}],
    ['a malformed ETag', { etag: 'v1' }],
    ['a server without ranges', { etag: '"v1"', 'accept-ranges': 'none' }],
  ])('cannot be resumed with %s', async (_, headers: Record<string, string>) => {
    handle = whole(headers);
    const opened = await source.open();
    expect(opened.etag).toBeUndefined();
    await text(opened.body);
  });

  it('has no size when the server does not say', async () => {
    handle = (_, response) => {
      response.write(FILE);
      response.end();
    };
    const opened = await source.open();
    expect(opened.size).toBeUndefined();
    expect(await text(opened.body)).toBe('0123456789');
  });

  it.each(['bytes 4-9/10', 'bytes 4-9/*'])('goes on where it broke, on proof (%s)', async (range) => {
    handle = partial({ 'content-range': range, etag: '"v1"' });
    const opened = await source.open(RESUME);
    expect(opened).toMatchObject({
      offset: 4,
      etag: '"v1"',
      size: range.endsWith('*') ? undefined : 10,
    });
    expect(await text(opened.body)).toBe('456789');
    expect(ranges).toEqual(['bytes=4-']);
  });

  it.each([
    ['another ETag', { 'content-range': 'bytes 4-9/10', etag: '"v2"' }],
    ['no ETag', { 'content-range': 'bytes 4-9/10' }],
    ['another place', { 'content-range': 'bytes 0-9/10', etag: '"v1"' }],
    ['less than the rest', { 'content-range': 'bytes 4-6/10', etag: '"v1"' }],
    ['no range', { etag: '"v1"' }],
  ])('is opened anew when the part offered has %s', async (_, headers: Record<string, string>) => {
    handle = partial(headers);
    const opened = await source.open(RESUME);
    expect(opened).toMatchObject({ offset: 0, etag: '"v2"' });
    expect(await text(opened.body)).toBe('0123456789');
    expect(ranges).toEqual(['bytes=4-', undefined]);
  });

  it('is opened anew when its rest cannot be had (416)', async () => {
    handle = (request, response) => {
      if (request.headers.range === undefined) whole()(request, response);
      else response.writeHead(416).end();
    };
    expect((await source.open(RESUME)).offset).toBe(0);
    expect(ranges).toEqual(['bytes=4-', undefined]);
  });

  it('is taken from the start when the server gives it whole instead of the rest', async () => {
    handle = whole({ etag: '"v2"' });
    const opened = await source.open(RESUME);
    expect(opened).toMatchObject({ offset: 0, etag: '"v2"' });
    expect(await text(opened.body)).toBe('0123456789');
    expect(ranges).toEqual(['bytes=4-']);
  });

  it.each([undefined, RESUME])('throws what the caller makes of a status without bytes', async (resume) => {
    handle = (_, response) => void response.writeHead(404).end('gone');
    await expect(source.open(resume)).rejects.toMatchObject({
      code: 'ReleaseFileMissing',
      message: 'status 404',
    });
  });

  it('can have an address that is asked for every time', async () => {
    handle = whole();
    let asked = 0;
    const fresh = httpByteSource({
      http,
      name: 'a package',
      url: async () => `${server.url}/${(asked += 1)}`,
      onStatus: () => new SyncError('DestinationNotFound', 'x'),
    });
    await text((await fresh.open()).body);
    await text((await fresh.open()).body);
    expect(asked).toBe(2);
  });
});
