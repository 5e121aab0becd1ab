import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../../src/adapters/http/json.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import { readBody } from '../../support/http-server.ts';
import { answer, documentClient, errorOf } from './document-client.ts';

const { ask, net, retries, startClient, waits } = documentClient();

describe('a document', () => {
  it('is read whole, with status, headers and where it came from', async () => {
    startClient();
    const document = await ask();
    expect(document).toMatchObject({
      status: 200,
      url: `${net.proxy.url}/things?secret=1`,
      target: 'the things',
      side: 'destination',
    });
    expect(document.headers.get('content-type')).toBe('application/json');
    expect(readJson(document)).toEqual({ ok: true });
    expect(net.proxy.requests[0]?.headers['user-agent']).toBe('provider-sync/test');
  });

  it('is sent with its method, headers and body', async () => {
    startClient();
    let body = '';
    net.handle = async (request, response) => {
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
      expect(net.proxy.requests).toHaveLength(1);
    },
  );

  it('is decompressed, and the cap counts what comes out', async () => {
    startClient();
    const zipped = gzipSync(Buffer.alloc(5000));
    net.handle = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': zipped.length }).end(zipped);
    };
    expect((await ask({ maxBytes: 5000 })).bytes).toHaveLength(5000);
    expect(await errorOf(ask({ maxBytes: 4999 }))).toMatchObject({ code: 'DestinationResponseInvalid' });
  });

  it('longer than the cap is refused, announced or not, and never repeated', async () => {
    startClient({ side: 'upstream' });
    net.handle = (_, response) => {
      response.write(Buffer.alloc(600));
      response.end(Buffer.alloc(600));
    };
    const error = await errorOf(ask());
    expect(error.code).toBe('UpstreamResponseInvalid');
    expect(error.message).toContain('the things');
    expect(error.message).toContain('1000 bytes');
    expect(net.proxy.requests).toHaveLength(1);
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

describe('errors', () => {
  it('refuse plain http to other machines', async () => {
    startClient();
    expect((await errorOf(ask({ url: 'http://registry.example.com/x' }))).code).toBe('AddressRefused');
  });

  it('name target, host and path, but of a secret link the host alone, and never the query', async () => {
    startClient({ retry: { attempts: 1 } }, { times: 2, action: { kind: 'drop' } });
    const open = await errorOf(ask());
    expect(open.message).toBe(
      `the things: the request to 127.0.0.1:${net.proxy.port}/things failed: the connection was cut.`,
    );
    const secret = await errorOf(ask({ secretUrl: true }));
    expect(secret.message).toContain(`to 127.0.0.1:${net.proxy.port} failed`);
  });
});

describe('interrupting the run', () => {
  it('ends a request that waits for its answer', async () => {
    const run = new AbortController();
    startClient({ signal: run.signal });
    net.handle = () => run.abort();
    expect((await errorOf(ask())).code).toBe('Interrupted');
    expect(net.proxy.requests).toHaveLength(1);
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
    expect(net.proxy.requests).toHaveLength(0);
  });
});

describe('closing the client', () => {
  it('ends a request under way without another attempt', async () => {
    startClient();
    net.handle = () => net.client.close();
    const error = await errorOf(ask());
    expect(error.code).toBe('Interrupted');
    expect({ requests: net.proxy.requests.length, retries }).toEqual({ requests: 1, retries: [] });
  });
});

describe('the request rate', () => {
  it('is bounded for documents, repetitions included', async () => {
    startClient({ requestsPerSecond: 2 }, { action: answer(500) });
    await ask();
    await ask();
    // The wait of the repetition, which takes the second's last place, then the second document's.
    expect(waits).toEqual([100, 1050]);
  });
});
