import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type { HttpClient, HttpClientOptions, HttpDocument } from '../../../src/adapters/http/contract.ts';
import { listen, startHttpServer, type TestServer } from '../../support/http-server.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const CERTIFICATE = fixture('loopback.cert.pem');

let server: TestServer;
let client: HttpClient | undefined;

beforeEach(async () => {
  server = await startHttpServer((_, response) => void response.end('hello'), {
    key: fixture('loopback.key.pem'),
    cert: CERTIFICATE,
  });
});

afterEach(async () => {
  await client?.close();
  client = undefined;
  await server.close();
});

function startClient(options: Partial<HttpClientOptions>): HttpClient {
  client = createHttpClient({
    side: 'upstream',
    userAgent: 'test',
    sleep: async () => {},
    retry: { attempts: 2 },
    ...options,
  });
  return client;
}

function hello(options: Partial<HttpClientOptions>): Promise<HttpDocument> {
  return startClient(options).request({
    method: 'GET',
    url: server.url,
    target: 'a greeting',
    maxBytes: 100,
  });
}

describe('a CA bundle', () => {
  it('lets a server be trusted that the platform does not know', async () => {
    expect(Buffer.from((await hello({ caBundle: CERTIFICATE })).bytes).toString()).toBe('hello');
  });

  it('may hold several certificates and words between them', async () => {
    const caBundle = `# ours\n${rootCertificates[0]}\n# theirs\r\n${CERTIFICATE}`;
    expect((await hello({ caBundle })).status).toBe(200);
  });

  it('is what an untrusted certificate asks for, and such a request is not repeated', async () => {
    const retries: string[] = [];
    const failing = hello({ onRetry: ({ reason }) => retries.push(reason) });
    await expect(failing).rejects.toMatchObject({
      code: 'UpstreamUnreachable',
      message: expect.stringMatching(/certificate is not trusted.*CA bundle.*DEPTH_ZERO_SELF_SIGNED_CERT/),
    });
    expect(retries).toEqual([]);
  });

  it('serves streams as well as documents', async () => {
    const opened = await startClient({ caBundle: CERTIFICATE }).open({
      url: server.url,
      target: 'a greeting',
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of opened.body) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('hello');
  });

  it.each([
    ['empty', ''],
    ['not PEM', 'hello'],
    ['a key', fixture('loopback.key.pem')],
    ['cut short', CERTIFICATE.slice(0, 300)],
    ['garbled', CERTIFICATE.replace(/\n.{10}/, '\nAAAAAAAAAA')],
    ['only partly readable', `${CERTIFICATE}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`],
  ])('that is %s is refused, never ignored', (_, caBundle) => {
    expect(() => startClient({ caBundle })).toThrow(expect.objectContaining({ code: 'CaBundleUnreadable' }));
  });
});

describe('a proxy', () => {
  let proxy: Server;
  let address: string;
  let connects: { target: string | undefined; authorization: string | undefined }[];
  let refuse: boolean;

  beforeEach(async () => {
    connects = [];
    refuse = false;
    proxy = createServer();
    proxy.on('connect', (request, socket) => {
      connects.push({ target: request.url, authorization: request.headers['proxy-authorization'] });
      if (refuse) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const [host = '', port = ''] = (request.url ?? '').split(':');
      const outgoing = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        outgoing.pipe(socket).pipe(outgoing);
      });
      outgoing.on('error', () => socket.destroy());
      socket.on('error', () => outgoing.destroy());
      return undefined;
    });
    address = `http://127.0.0.1:${await listen(proxy)}`;
  });

  afterEach(async () => {
    await client?.close();
    await new Promise((resolve) => proxy.close(resolve));
  });

  const through = (noProxy?: string): Partial<HttpClientOptions> => ({
    caBundle: CERTIFICATE,
    proxy: { httpsProxy: address, ...(noProxy === undefined ? {} : { noProxy }) },
  });

  it('carries https, with the CA bundle inside the tunnel', async () => {
    expect((await hello(through())).status).toBe(200);
    expect(connects).toEqual([{ target: `127.0.0.1:${server.port}`, authorization: undefined }]);
  });

  it('is told its user and password', async () => {
    address = address.replace('//', '//user:p%40ss@');
    await hello(through());
    expect(connects[0]?.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
  });

  it.each(['127.0.0.1', 'example.com,127.0.0.1', '*'])('is passed by for NO_PROXY=%s', async (noProxy) => {
    expect((await hello(through(noProxy))).status).toBe(200);
    expect(connects).toEqual([]);
  });

  it.each(['', 'example.com', '127.0.0.10'])('is used with NO_PROXY=%s', async (noProxy) => {
    await hello(through(noProxy));
    expect(connects).toHaveLength(1);
  });

  it('is passed by for plain http to this machine', async () => {
    const plain = await startHttpServer((_, response) => void response.end());
    const document = await startClient(through()).request({
      method: 'GET',
      url: plain.url,
      target: 'nothing',
      maxBytes: 1,
    });
    expect(document.status).toBe(200);
    expect(connects).toEqual([]);
    await plain.close();
  });

  it('that refuses is named as the reason, and not asked again', async () => {
    refuse = true;
    await expect(hello(through())).rejects.toMatchObject({
      code: 'UpstreamUnreachable',
      message: expect.stringMatching(/the proxy refused to connect to it \(403\).*NO_PROXY/),
    });
    expect(connects).toHaveLength(1);
  });

  it('is not asked for an address that is private', async () => {
    const asking = startClient({ ...through(), allowedHosts: [] }).request({
      method: 'GET',
      url: 'https://10.1.2.3/secret',
      target: 'a greeting',
      maxBytes: 100,
    });
    await expect(asking).rejects.toMatchObject({ code: 'AddressRefused' });
    expect(connects).toEqual([]);
  });

  it('may itself have a private address', async () => {
    expect((await hello({ ...through(), allowedHosts: ['127.0.0.1'] })).status).toBe(200);
  });

  it('whose address is none is refused without showing it', () => {
    const start = (): unknown => startClient({ proxy: { httpsProxy: 'user:secret@proxy' } });
    expect(start).toThrow(expect.objectContaining({ code: 'SettingsInvalid' }));
    expect(start).not.toThrow(/secret/);
  });

  it('of the environment is not looked at', async () => {
    const before = process.env['HTTPS_PROXY'];
    process.env['HTTPS_PROXY'] = address;
    try {
      expect((await hello({ caBundle: CERTIFICATE })).status).toBe(200);
      expect(connects).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['HTTPS_PROXY'];
      else process.env['HTTPS_PROXY'] = before;
    }
  });
});
