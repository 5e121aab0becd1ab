import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import { type Ran, runInProcess } from '../../support/command-line.ts';
import { listen, startHttpServer, type TestServer } from '../../support/http-server.ts';
import { embeddedRegistry, sampleRegistry } from '../../support/registries.ts';
import { anvil, LINUX, twoPublishers } from '../../support/sync-world.ts';
import { repeatsTheRequest } from './behaviours.ts';
import { startFront } from './front.ts';
import { formsOfTokenIn, TOKEN } from './world.ts';

let releases: readonly SampleRelease[];
let folder: string;

beforeAll(async () => {
  releases = await twoPublishers();
  folder = await mkdtemp(join(tmpdir(), 'provider-sync-hostile-'));
  return () => rm(folder, { recursive: true });
});

/** The command itself, against these addresses. */
async function sync(
  addresses: { readonly registry: string; readonly address: string },
  entry: Record<string, unknown> = anvil('1.1.0', [LINUX]),
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const config = join(folder, `config-${Math.random()}.json`);
  await writeFile(config, JSON.stringify([entry]));
  const { registry, address } = addresses;
  return await runInProcess(['sync', config, '--registry', registry, '--json'], {
    TFC_ADDRESS: address,
    TFC_ORGANIZATION: 'example',
    TFC_TOKEN: TOKEN,
    PROVIDER_SYNC_DEBUG: '1',
    ...environment,
  });
}

const errorOf = ({ stdout }: Ran) =>
  (JSON.parse(stdout) as { providers: { error?: { code: string; message: string } }[] }).providers[0]?.error;

const fixture = (name: string) =>
  readFileSync(new URL(`../../adapters/http/fixtures/${name}`, import.meta.url), 'utf8');

describe('what lasts ends at once, with what to change', () => {
  let secure: TestServer;
  let plain: TestServer;
  let mute: { readonly port: number; close(): void };
  beforeAll(async () => {
    const answer = (_: unknown, response: { end(text: string): void }) => response.end('{}');
    secure = await startHttpServer(answer, {
      key: fixture('loopback.key.pem'),
      cert: fixture('loopback.cert.pem'),
    });
    plain = await startHttpServer(answer);
    const server = createTcpServer((socket) => void socket.end('\u0015\u0003\u0001\u0000\u0002\u0002\u0028'));
    mute = { port: await listen(server), close: () => server.close() };
  });
  afterAll(async () => {
    await secure.close();
    await plain.close();
    mute.close();
  });

  it.each([
    ['a certificate that nobody trusts', () => secure.url, 'UpstreamUnreachable', /not trusted.*CA bundle/],
    [
      'plain http at an https address',
      () => plain.url.replace('http:', 'https:'),
      'UpstreamUnreachable',
      /TLS.*port/,
    ],
    ['a TLS alert', () => `https://127.0.0.1:${mute.port}`, 'UpstreamUnreachable', /TLS/],
    [
      'a host that is unknown',
      () => 'https://registry.invalid',
      'UpstreamUnreachable',
      /host name is unknown/,
    ],
    [
      'a port that is never connected to',
      () => 'https://127.0.0.1:6000',
      'UpstreamUnreachable',
      /another port/,
    ],
  ])('%s', async (_, registry, code, message) => {
    await using destination = await embeddedRegistry({ token: TOKEN });
    const began = performance.now();
    const ran = await sync({ registry: registry(), address: destination.url });
    expect(errorOf(ran)).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(ran.stderr).not.toContain('trying again');
    // Five attempts would take seconds.
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(formsOfTokenIn(ran.stdout + ran.stderr)).toEqual([]);
  });

  it('a proxy that refuses', async () => {
    await using destination = await embeddedRegistry({ token: TOKEN });
    const proxy = createTcpServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'));
      socket.on('error', () => {});
    });
    const HTTPS_PROXY = `http://user:proxy-password-1234@127.0.0.1:${await listen(proxy)}`;
    const ran = await sync(
      { registry: 'https://registry.example.com', address: destination.url },
      undefined,
      {
        HTTPS_PROXY,
      },
    );
    expect(errorOf(ran)).toMatchObject({
      code: 'UpstreamUnreachable',
      message: expect.stringMatching(/403.*NO_PROXY/),
    });
    expect(ran.stdout + ran.stderr).not.toContain('proxy-password-1234');
    proxy.close();
  });

  it.each([
    ['this machine', () => `127.0.0.2:${secure.port}`],
    ['this machine by its name', () => `localhost:${secure.port}`],
    ['a private network', () => '10.11.12.13'],
    ['a metadata service', () => '169.254.169.254'],
  ])('a hostname in the config that is %s', async (_, hostname) => {
    await using destination = await embeddedRegistry({ token: TOKEN });
    await using registry = await sampleRegistry(releases);
    const entry = { ...anvil('1.1.0', [LINUX]), hostname: hostname() };
    const ran = await sync({ registry: registry.url, address: destination.url }, entry);
    const said = ran.stdout + ran.stderr;
    // Either the config refuses it for a name, or the connection is.
    expect(said).toMatch(/AddressRefused|ConfigInvalid/);
    expect(ran.code).not.toBe(0);
    expect(formsOfTokenIn(said)).toEqual([]);
  });
});

describe('the token of a server that repeats it is in no line of output', () => {
  it.each([
    ['GET', /registry-providers\?/, 400],
    ['GET', /gpg-keys/, 403],
    ['POST', /gpg-keys/, 422],
    ['POST', /registry-providers$/, 422],
    ['POST', /versions$/, 422],
    ['POST', /platforms$/, 422],
    ['PUT', /./, 400],
  ] as const)('%s %s answered with %i', async (method, path, status) => {
    await using destination = await embeddedRegistry({ token: TOKEN });
    await using registry = await sampleRegistry(releases);
    const front = await startFront(destination.url, {
      step: { name: 'it', method, path },
      behaviour: repeatsTheRequest(status),
    });
    const ran = await sync({ registry: registry.url, address: front.url });
    await front.close();
    expect(ran.stdout.length).toBeGreaterThan(100);
    expect(formsOfTokenIn(ran.stdout)).toEqual([]);
    expect(formsOfTokenIn(ran.stderr)).toEqual([]);
    expect(ran.stderr).not.toContain('\u001B[31m');
  });
});
