import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import {
  type ApiResource,
  bytesOf,
  embeddedRegistry,
  PROVIDERS,
  privatePath,
  putFile,
  registryApi,
  type TestRegistry,
  temporaryFolder,
} from '../../support/registries.ts';

const HOUR = 60 * 60 * 1000;
const VERSION = privatePath('aws', '1.0.0');
const PLATFORM = privatePath('aws', '1.0.0', 'linux', 'amd64');

let registry: TestRegistry;
let api: ReturnType<typeof registryApi>;
let now: number;
let errors: unknown[];

beforeEach(async () => {
  now = Date.parse('2026-03-01T00:00:00Z');
  errors = [];
  registry = await embeddedRegistry({
    now: () => new Date(now),
    maxPackageBytes: 1000,
    onError: (error) => errors.push(error),
  });
  api = registryApi(registry);
  await fill();
});
afterEach(() => registry[Symbol.asyncDispose]());

async function fill(): Promise<void> {
  const key = await makeSigningKey();
  await api.createProvider('aws');
  await api.createKey(key.asciiArmor);
  await api.createVersion('aws', '1.0.0', key.keyId);
  const filename = 'terraform-provider-aws_1.0.0_linux_amd64.zip';
  await api.createPlatform('aws', '1.0.0', { os: 'linux', arch: 'amd64', shasum: 'a'.repeat(64), filename });
}

const read = async (path: string): Promise<ApiResource> => (await api.call('GET', path)).document.data;
const uploadLink = async (): Promise<string> => (await read(PLATFORM)).links['provider-binary-upload'] ?? '';

/** A PUT whose body the test sends by hand. */
function startPut(link: string, headers: Record<string, string | number> = {}): ClientRequest {
  const put = httpRequest(link, { method: 'PUT', headers });
  put.on('error', () => {});
  put.flushHeaders();
  return put;
}

const incoming = (): Promise<string[]> => readdir(join(registry.dataDir, 'incoming'));

/** Waits for what the server does on its own time; fails with the test's time limit. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

describe('an upload link', () => {
  it.each([
    [VERSION, 'shasums', 'shasums-uploaded'],
    [VERSION, 'shasums-sig', 'shasums-sig-uploaded'],
    [PLATFORM, 'provider-binary', 'provider-binary-uploaded'],
  ])('of %s takes %s without a token and gives way to a download link', async (path, file, attribute) => {
    const before = await read(path);
    expect(before.attributes[attribute]).toBe(false);
    expect(before.links[`${file}-download`]).toBeUndefined();
    expect(await putFile(before.links[`${file}-upload`], 'the bytes')).toBe(200);

    const after = await read(path);
    expect(after.attributes[attribute]).toBe(true);
    expect(after.links[`${file}-upload`]).toBeUndefined();
    const stored = await fetch(after.links[`${file}-download`] ?? '');
    expect(await stored.text()).toBe('the bytes');
  });

  it('takes a file once: a second one is 409 and changes nothing', async () => {
    const link = await uploadLink();
    await putFile(link, 'first');
    expect(await putFile(link, 'second')).toBe(409);
    const stored = await fetch((await read(PLATFORM)).links['provider-binary-download'] ?? '');
    expect(await stored.text()).toBe('first');
  });

  it('lets exactly one of two uploads at once win', async () => {
    const link = await uploadLink();
    const statuses = await Promise.all([putFile(link, 'one'), putFile(link, 'two')]);
    expect(statuses.sort((a, b) => a - b)).toEqual([200, 409]);
    expect(await incoming()).toEqual([]);
  });

  it('is good for 25 hours', async () => {
    const link = await uploadLink();
    now += 25 * HOUR - 1;
    expect(await putFile(link, 'in time')).toBe(200);
  });

  it('is 404 after 25 hours, and a fresh one works', async () => {
    const link = await uploadLink();
    now += 25 * HOUR;
    expect(await putFile(link, 'too late')).toBe(404);
    expect(await putFile(await uploadLink(), 'again')).toBe(200);
  });

  it.each([
    ['one changed character', (link: string) => link.replace('object/e', 'object/f')],
    ['no signature', (link: string) => link.slice(0, link.indexOf('.', link.indexOf('object/')))],
    ['another signature', (link: string) => `${link.slice(0, -4)}AAAA`],
  ])('with %s is 404', async (_what, change) => {
    const link = await uploadLink();
    expect(change(link)).not.toBe(link);
    expect(await putFile(change(link), 'bytes')).toBe(404);
  });

  it('does not read, and a download link does not write', async () => {
    const link = await uploadLink();
    expect((await fetch(link)).status).toBe(404);
    await putFile(link, 'bytes');
    const download = (await read(PLATFORM)).links['provider-binary-download'];
    expect(await putFile(download, 'other')).toBe(404);
  });

  it('dies with its version, also when the version comes again', async () => {
    const link = await uploadLink();
    await api.call('DELETE', privatePath('aws'));
    expect(await putFile(link, 'bytes')).toBe(404);
    await fill();
    expect(await putFile(link, 'bytes')).toBe(404);
  });

  it('is built from the Host header', async () => {
    const host = `registry.test:${registry.port}`;
    const headers = { host, authorization: `Bearer ${registry.token}` };
    const [response] = await once(httpRequest(registry.url + PLATFORM, { headers }).end(), 'response');
    expect((await bytesOf(response as IncomingMessage)).toString()).toContain(
      `"provider-binary-upload":"http://${host}/v1/object/`,
    );
  });
});

describe('an upload', () => {
  it.each([
    ['of a declared length', { 'content-length': 100 }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('%s that breaks off leaves nothing and can be made again', async (_what, headers) => {
    const put = startPut(await uploadLink(), headers);
    put.write('half of it');
    await until(async () => (await incoming()).length === 1);
    put.destroy();
    await until(async () => (await incoming()).length === 0);
    expect((await read(PLATFORM)).attributes['provider-binary-uploaded']).toBe(false);
    expect(await putFile(await uploadLink(), 'all of it')).toBe(200);
    expect(errors).toEqual([]);
  });

  it('in chunks is taken when it ends as it should', async () => {
    const put = startPut(await uploadLink(), { 'transfer-encoding': 'chunked' });
    put.write('one, ');
    put.end('two');
    const [response] = await once(put, 'response');
    expect(response.statusCode).toBe(200);
    const stored = await fetch((await read(PLATFORM)).links['provider-binary-download'] ?? '');
    expect(await stored.text()).toBe('one, two');
  });

  it('whose version is deleted meanwhile is 404 and leaves nothing', async () => {
    const put = startPut(await uploadLink(), { 'content-length': 10 });
    put.write('12345');
    await until(async () => (await incoming()).length === 1);
    await api.call('DELETE', VERSION);
    put.end('67890');
    const [response] = await once(put, 'response');
    expect(response.statusCode).toBe(404);
    expect(await incoming()).toEqual([]);
  });

  it('of more than the greatest size is 413', async () => {
    expect(await putFile(await uploadLink(), 'x'.repeat(1001))).toBe(413);
    expect((await read(PLATFORM)).attributes['provider-binary-uploaded']).toBe(false);
  });

  it('is not compared with the shasum: that is for the client to do', async () => {
    expect(await putFile(await uploadLink(), 'not what the shasum says')).toBe(200);
  });

  it('of nothing at all is an empty file', async () => {
    expect(await putFile(await uploadLink(), '')).toBe(200);
    const stored = await fetch((await read(PLATFORM)).links['provider-binary-download'] ?? '');
    expect(await stored.text()).toBe('');
  });
});

describe('discarding packages', () => {
  it('keeps the count of the bytes in their place', async () => {
    await using measuring = await embeddedRegistry({ discardPackages: true });
    api = registryApi(measuring);
    await fill();
    expect(await putFile(await uploadLink(), 'x'.repeat(50_000))).toBe(200);
    const after = await read(PLATFORM);
    expect(after.attributes['provider-binary-uploaded']).toBe(true);
    const stored = await fetch(after.links['provider-binary-download'] ?? '');
    expect(await stored.json()).toEqual({ discarded: true, bytes: 50_000 });
  });
});

describe('a registry started again on the same folder', () => {
  it('has everything, and its links still work', async () => {
    const dataDir = await temporaryFolder();
    const options = { dataDir, now: () => new Date(now) };
    const first = await embeddedRegistry(options);
    api = registryApi(first);
    await fill();
    const shasumsLink = (await read(VERSION)).links['shasums-upload'] ?? '';
    await putFile(await uploadLink(), 'the package');
    const before = [await read(VERSION), await read(PLATFORM)].map(({ id, attributes }) => ({
      id,
      attributes,
    }));
    await first.close();

    const second = await embeddedRegistry({ ...options, port: first.port });
    api = registryApi(second);
    const after = [await read(VERSION), await read(PLATFORM)].map(({ id, attributes }) => ({
      id,
      attributes,
    }));
    expect(after).toEqual(before);
    expect(await putFile(shasumsLink, 'sums')).toBe(200);
    const stored = await fetch((await read(PLATFORM)).links['provider-binary-download'] ?? '');
    expect(await stored.text()).toBe('the package');
    expect((await api.call('GET', PROVIDERS)).document.data).toHaveLength(1);
    await second.close();
    await rm(dataDir, { recursive: true });
  });

  it('drops what an upload left half done when the registry ended', async () => {
    const dataDir = await temporaryFolder();
    const first = await embeddedRegistry({ dataDir });
    api = registryApi(first);
    await fill();
    const put = startPut(await uploadLink(), { 'content-length': 100 });
    put.write('half');
    await until(async () => (await readdir(join(dataDir, 'incoming'))).length === 1);
    await first.close();

    const second = await embeddedRegistry({ dataDir });
    expect(await readdir(join(dataDir, 'incoming'))).toEqual([]);
    api = registryApi(second);
    expect((await read(PLATFORM)).attributes['provider-binary-uploaded']).toBe(false);
    await second.close();
    await rm(dataDir, { recursive: true });
  });
});

describe('a document that somebody damaged on disk', () => {
  it('is answered with 500, and who runs the registry is told which file it is', async () => {
    const path = join(registry.dataDir, 'providers/private/example/aws/versions/1.0.0/version.json');
    await writeFile(path, '{');
    expect((await api.call('GET', VERSION)).status).toBe(500);
    expect(errors).toMatchObject([
      { code: 'InternalError', message: expect.stringContaining(path) as string },
    ]);
  });
});
