import { X509Certificate } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { checkServerIdentity } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { makeLoopbackCertificate } from '../../../src/embedded/mirror-server/certificate.ts';
import { integer, oid } from '../../../src/embedded/mirror-server/der.ts';
import { startMirrorServer } from '../../../src/embedded/mirror-server/server.ts';
import { bytesOf } from '../../support/registries.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const NOW = new Date();

describe('DER', () => {
  it.each([
    ['a number with its first bit set', integer(Buffer.of(0x80)), '02020080'],
    ['a number with a needless zero', integer(Buffer.of(0, 0x7f)), '02017f'],
    ['zero', integer(Buffer.of(0, 0)), '020100'],
    ['an id with a long part (RFC 8410, appendix)', oid('1.2.840.113549'), '06062a864886f70d'],
    ['an id whose part ends in zeros', oid('2.5.16384'), '060455818000'],
  ])('writes %s', (_, der, hex) => {
    expect(der.toString('hex')).toBe(hex);
  });
});

describe('the certificate', () => {
  const { certificate } = makeLoopbackCertificate(NOW);
  const read = new X509Certificate(certificate);

  it('is signed by its own key, and is no authority', () => {
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.ca).toBe(false);
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('holds for this machine’s loopback and for nothing else', () => {
    const identity = { subject: {}, subjectaltname: read.subjectAltName } as never;
    expect(read.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(read.checkHost('localhost')).toBe('localhost');
    expect(checkServerIdentity('127.0.0.1', identity)).toBeUndefined();
    expect(read.checkHost('registry.terraform.io')).toBeUndefined();
  });

  it('is valid now, for about a year, and never the same twice', () => {
    expect(read.validFromDate.getTime()).toBeLessThan(NOW.getTime());
    const days = (read.validToDate.getTime() - NOW.getTime()) / 86_400_000;
    expect(Math.round(days)).toBe(397);
    expect(new X509Certificate(makeLoopbackCertificate(NOW).certificate).serialNumber).not.toBe(
      read.serialNumber,
    );
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly etag: string | undefined;
  readonly body: string;
}

describe('the server', () => {
  const running: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.close()));
  });

  async function serve() {
    const parent = await temporaryFolder();
    const folder = join(parent, 'mirror');
    const provider = join(folder, 'registry.terraform.io/acme/anvil');
    await mkdir(provider, { recursive: true });
    await writeFile(join(provider, 'index.json'), '{"versions":{}}');
    await writeFile(join(provider, '1.0.0+b1.json'), '{"archives":{}}');
    await writeFile(join(provider, 'a.zip'), '0123456789');
    await writeFile(join(provider, 'empty.zip'), '');
    await writeFile(join(provider, '.hidden'), 'half written');
    await writeFile(join(parent, 'secret.json'), '{}');
    const errors: unknown[] = [];
    const server = await startMirrorServer({
      folder,
      port: 0,
      now: NOW,
      onError: (error) => errors.push(error),
    });
    running.push(server);
    const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      new Promise<Answer>((resolve, reject) => {
        const { port } = new URL(server.url);
        // The path goes out as it is, unlike what a URL would make of it.
        const options = { host: '127.0.0.1', port, path, method, headers, ca: server.certificate };
        get(options, (response) => {
          bytesOf(response).then(
            (body) =>
              resolve({
                status: response.statusCode,
                type: response.headers['content-type'],
                etag: response.headers.etag,
                body: body.toString(),
              }),
            reject,
          );
        }).on('error', reject);
      });
    return { server, ask, parent, provider, errors };
  }

  const PATH = '/registry.terraform.io/acme/anvil';

  it('gives each file the type that clients ask for', async () => {
    const { ask, server } = await serve();
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await ask(`${PATH}/index.json`)).toMatchObject({
      status: 200,
      type: 'application/json',
      body: '{"versions":{}}',
    });
    expect(await ask(`${PATH}/1.0.0+b1.json`)).toMatchObject({ status: 200, body: '{"archives":{}}' });
    expect(await ask(`${PATH}/1.0.0%2Bb1.json?x=1`)).toMatchObject({ status: 200 });
    expect(await ask(`${PATH}/a.zip`)).toMatchObject({ type: 'application/zip', body: '0123456789' });
    expect(await ask(`${PATH}/a.zip`, { range: 'bytes=2-4' })).toMatchObject({ status: 206, body: '234' });
    expect(await ask(`${PATH}/a.zip`, {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect(await ask(`${PATH}/empty.zip`)).toMatchObject({ status: 200, body: '' });
  });

  it('shows a document that was replaced at once, under another ETag', async () => {
    const { ask, provider } = await serve();
    const before = await ask(`${PATH}/index.json`);
    await writeFile(join(provider, '.new'), '{"versions":{"1.0.0":{}}}');
    await rename(join(provider, '.new'), join(provider, 'index.json'));
    const after = await ask(`${PATH}/index.json`);
    expect(after.body).toBe('{"versions":{"1.0.0":{}}}');
    expect(after.etag).not.toBe(before.etag);
    await rm(join(provider, 'index.json'));
    expect((await ask(`${PATH}/index.json`)).status).toBe(404);
  });

  it.each([
    '/',
    PATH,
    `${PATH}/`,
    `${PATH}/absent.json`,
    `${PATH}/.hidden`,
    '/../secret.json',
    '/registry.terraform.io/../../secret.json',
    '/registry.terraform.io/%2e%2e/%2e%2e/secret.json',
    '/registry.terraform.io/..%2f..%2fsecret.json',
    '//etc/passwd',
    '/registry.terraform.io//acme/anvil/index.json',
    `${PATH}/a.zip%00.json`,
    `${PATH}/%E0%A4%A`,
    `${PATH}/a.zip/x`,
    '/leading-out/secret.json',
    `${PATH}/link.json`,
    `/${'a'.repeat(1000)}`,
  ])('has nothing at %s', async (path) => {
    const { ask, parent, provider, errors } = await serve();
    await symlink(parent, join(parent, 'mirror/leading-out'));
    await symlink(join(parent, 'secret.json'), join(provider, 'link.json'));
    expect((await ask(path)).status).toBe(404);
    expect(errors).toEqual([]);
  });

  it('changes nothing', async () => {
    const { ask } = await serve();
    expect((await ask(`${PATH}/index.json`, {}, 'DELETE')).status).toBe(404);
    expect((await ask(`${PATH}/index.json`)).status).toBe(200);
  });
});
