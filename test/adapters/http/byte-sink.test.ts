import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpByteSink } from '../../../src/adapters/http/byte-sink.ts';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type { HttpClient } from '../../../src/adapters/http/contract.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import type { ByteSink } from '../../../src/ports/bytes.ts';
import { readBody, startHttpServer, type TestServer } from '../../support/http-server.ts';

let server: TestServer;
let http: HttpClient;
let sink: ByteSink;
let uploads: { path: string | undefined; authorization: string | undefined; body: string }[];
let status: number;

beforeEach(async () => {
  uploads = [];
  status = 200;
  server = await startHttpServer(async (request, response) => {
    const body = String(await readBody(request));
    uploads.push({ path: request.url, authorization: request.headers.authorization, body });
    response.writeHead(status).end('<Error><Sign>secret</Sign></Error>');
  });
  http = createHttpClient({ side: 'destination', userAgent: 'test' });
  let links = 0;
  sink = httpByteSink({
    http,
    name: 'the upload of a package',
    link: async () => `${server.url}/upload/${(links += 1)}?sig=secret`,
  });
});

afterEach(async () => {
  await http.close();
  await server.close();
});

async function* body(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('bytes');
}

describe('a place behind a PUT', () => {
  it('takes the bytes at a fresh link every time, without a token', async () => {
    await sink.send(body(), 5);
    await sink.send(body(), undefined);
    expect(uploads).toEqual([
      { path: '/upload/1?sig=secret', authorization: undefined, body: 'bytes' },
      { path: '/upload/2?sig=secret', authorization: undefined, body: 'bytes' },
    ]);
  });

  it.each([301, 400, 403, 404, 413])(
    'refuses with %i: said without the link or the answer',
    async (refusal) => {
      status = refusal;
      const error: unknown = await sink.send(body(), 5).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'DestinationRejected', retryable: false });
      expect((error as Error).message).toContain('the upload of a package');
      expect((error as Error).message).toContain(String(refusal));
      expect((error as Error).message).not.toMatch(/secret|upload\//);
    },
  );

  it.each([429, 500, 503])('is unavailable with %i', async (passing) => {
    status = passing;
    await expect(sink.send(body(), 5)).rejects.toMatchObject({
      code: 'DestinationUnavailable',
      retryable: true,
    });
  });

  it('passes on why there is no link', async () => {
    const absent = new SyncError('DestinationRejected', 'no link');
    const linkless = httpByteSink({ http, name: 'x', link: () => Promise.reject(absent) });
    await expect(linkless.send(body(), 5)).rejects.toBe(absent);
    expect(uploads).toEqual([]);
  });
});
