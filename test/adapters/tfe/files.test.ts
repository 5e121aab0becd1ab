import { describe, expect, it } from 'vitest';
import { HASHICORP_KEY_ID } from '../../../src/domain/integrity/signing-key.ts';
import { inChunks, readAll } from '../../contract/bytes.ts';
import { PORTAL } from '../../support/scripted-server.ts';
import { LINUX, versionOf } from '../../support/sync-world.ts';
import {
  PLATFORM,
  platform,
  platformDocument,
  proxiedRegistry,
  type ScriptedRegistry,
  scriptedRegistry,
  VERSION,
  versionDocument,
} from './support.ts';

const V1 = versionOf('1.0.0');
const SUMS = Buffer.from(`${platform.shasum}  anvil.zip\n`);

const FILES = [
  {
    what: 'SHA256SUMS',
    path: VERSION,
    link: '/objects/sums?secret=1',
    answer: (uploaded: boolean, links: Record<string, string> = {}) => ({
      json: { data: versionDocument({ 'shasums-uploaded': uploaded }, links) },
    }),
    name: 'shasums',
    upload: ({ registry }: ScriptedRegistry) => registry.uploadShasums('anvil', V1, SUMS),
  },
  {
    what: 'the signature',
    path: VERSION,
    link: '/objects/sig?secret=1',
    answer: (uploaded: boolean, links: Record<string, string> = {}) => ({
      json: { data: versionDocument({ 'shasums-sig-uploaded': uploaded }, links) },
    }),
    name: 'shasums-sig',
    upload: ({ registry }: ScriptedRegistry) => registry.uploadShasumsSignature('anvil', V1, SUMS),
  },
  {
    what: 'a package',
    path: PLATFORM,
    link: '/objects/package?secret=1',
    answer: (uploaded: boolean, links: Record<string, string> = {}) => ({
      json: { data: platformDocument({ 'provider-binary-uploaded': uploaded }, links) },
    }),
    name: 'provider-binary',
    upload: ({ registry }: ScriptedRegistry) =>
      registry.packageSink('anvil', V1, LINUX).send(inChunks(SUMS), SUMS.length),
  },
] as const;

const puts = ({ server }: ScriptedRegistry) => server.requests.filter(({ method }) => method === 'PUT');

describe.each(FILES)('the upload of $what', ({ path, link, answer, name, upload }) => {
  it('goes to the link of a fresh answer, without the token', async () => {
    await using scripted = await scriptedRegistry(({ path: asked }, nth) =>
      asked === path ? answer(false, { [`${name}-upload`]: `/objects/${name}?n=${nth}` }) : undefined,
    );
    await upload(scripted);
    await upload(scripted);
    const [first, second] = puts(scripted);
    expect(first?.body).toBe(SUMS.toString());
    expect(first?.headers).not.toHaveProperty('authorization');
    expect(first?.path).toMatch(new RegExp(`^/objects/${name}\\?n=\\d+$`));
    expect(second?.path).not.toBe(first?.path);
  });

  it.each([
    'http://storage.example.com/object',
    'ftp://127.0.0.1/object',
    'https://user:secret@storage.example.com/object',
    'file:///etc/passwd',
  ])('is refused when the link is %s', async (refused) => {
    await using scripted = await scriptedRegistry(({ path: asked }) =>
      asked === path ? answer(false, { [`${name}-upload`]: refused }) : undefined,
    );
    const failure = (await upload(scripted).catch((error: Error) => error)) as Error;
    expect(failure).toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining('upload link is not an https address'),
    });
    expect(failure.message).not.toContain('secret');
    expect(puts(scripted)).toEqual([]);
  });

  it('is denied when the file is missing and no link is given', async () => {
    await using scripted = await scriptedRegistry(({ path: asked }) =>
      asked === path ? answer(false, { [`${name}-upload`]: '' }) : undefined,
    );
    await expect(upload(scripted)).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('sends nothing when the file is already there', async () => {
    await using scripted = await scriptedRegistry(({ path: asked }) => {
      if (asked === '/objects/there') return { body: SUMS };
      return asked === path ? answer(true, { [`${name}-download`]: '/objects/there' }) : undefined;
    });
    await upload(scripted);
    expect(puts(scripted)).toEqual([]);
  });

  it.each([400, 403, 413])('never shows the link when it is refused with %i', async (status) => {
    await using scripted = await scriptedRegistry(({ method }) =>
      method === 'PUT' ? { status, json: { errors: [`no, not ${link}`] } } : undefined,
    );
    const failure = (await upload(scripted).catch((error: Error) => error)) as Error;
    expect(failure).toMatchObject({
      code: 'DestinationRejected',
      message: expect.stringContaining(String(status)),
    });
    expect(failure.message).not.toMatch(/objects|secret/);
  });

  it('never shows the link when the storage cannot be reached', async () => {
    await using scripted = await scriptedRegistry(({ method }) => (method === 'PUT' ? 'cut' : undefined));
    const failure = (await upload(scripted).catch((error: Error) => error)) as Error;
    expect(failure).toMatchObject({ code: 'DestinationUnavailable' });
    expect(failure.message).not.toMatch(/objects|secret/);
  });
});

describe.each(FILES.slice(0, 2))('the upload of $what', ({ path, answer, name, upload }) => {
  const there = (bytes: Uint8Array, put: { status: number } | 'cut') =>
    scriptedRegistry(({ method, path: asked }, nth) => {
      if (method === 'PUT') return put;
      if (asked === '/objects/there') return { body: bytes };
      if (asked !== path) return undefined;
      return nth === 1 ? undefined : answer(true, { [`${name}-download`]: '/objects/there' });
    });

  it.each([{ status: 409 }, { status: 500 }, 'cut'] as const)(
    'is well when the file arrived although the answer was %j',
    async (put) => {
      await using scripted = await there(SUMS, put);
      await expect(upload(scripted)).resolves.toBeUndefined();
    },
  );

  it('is refused when a captive portal takes it', async () => {
    await using scripted = await scriptedRegistry(({ method }) => (method === 'PUT' ? PORTAL : undefined));
    await expect(upload(scripted)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining('captive portal'),
    });
  });

  it('is a conflict when another file arrived in the meantime', async () => {
    await using scripted = await there(Buffer.from('another'), { status: 409 });
    await expect(upload(scripted)).rejects.toMatchObject({ code: 'VersionConflict' });
  });
});

describe('reading what is stored', () => {
  const stored = (files: Record<string, string | Uint8Array | { status: number }>, links = {}) =>
    scriptedRegistry(({ path }) => {
      if (path === VERSION) {
        const attributes = { 'shasums-uploaded': true, 'shasums-sig-uploaded': true };
        const downloads = { 'shasums-download': '/objects/sums', 'shasums-sig-download': '/objects/sig' };
        return { json: { data: versionDocument(attributes, { ...downloads, ...links }) } };
      }
      const file = files[path];
      if (file === undefined) return undefined;
      return typeof file === 'string' || file instanceof Uint8Array ? { body: file } : file;
    });

  it('goes without the token', async () => {
    await using scripted = await stored({ '/objects/sums': SUMS, '/objects/sig': 'signature' });
    const { version } = await scripted.registry.readProviderVersion('anvil', V1);
    expect(version).toMatchObject({ shasums: { state: 'uploaded' }, signature: { state: 'uploaded' } });
    const downloads = scripted.server.requests.filter(({ path }) => path.startsWith('/objects/'));
    expect(downloads).toHaveLength(2);
    for (const { headers } of downloads) expect(headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['its storage has no file', { '/objects/sums': { status: 404 } }, {}, 'answered 404'],
    ['a captive portal answers', { '/objects/sig': '<!doctype html>' }, {}, 'captive portal'],
    ['its storage refuses', { '/objects/sums': { status: 403 } }, {}, 'answered 403'],
    ['SHA256SUMS is broken', { '/objects/sums': 'nonsense' }, {}, 'broken'],
    ['SHA256SUMS is larger than 1 MiB', { '/objects/sums': 'x'.repeat(1024 * 1024 + 1) }, {}, '1048576'],
    ['there is no link', {}, { 'shasums-download': '' }, 'no download link'],
    ['the link is refused', {}, { 'shasums-download': 'http://a.example.com/' }, 'not an https address'],
  ])('is refused when %s', async (_, files, links, words) => {
    await using scripted = await stored({ '/objects/sums': SUMS, '/objects/sig': 'sig', ...files }, links);
    const failure = scripted.registry.readProviderVersion('anvil', V1);
    await expect(failure).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining(words),
    });
  });

  it('asks for a fresh link each time a package is opened', async () => {
    await using scripted = await scriptedRegistry(({ path }, nth) => {
      if (path.startsWith('/objects/')) return { body: path };
      const links = { 'provider-binary-download': `/objects/${nth}` };
      const document = platformDocument({ 'provider-binary-uploaded': true }, links);
      return path === PLATFORM ? { json: { data: document } } : undefined;
    });
    const source = scripted.registry.storedPackage('anvil', V1, LINUX);
    const read = async () => (await readAll(await source.open())).toString();
    expect([await read(), await read()]).toEqual(['/objects/1', '/objects/2']);
  });
});

describe('against the embedded registry', () => {
  it.each([
    ['the answers to the uploads of SHA256SUMS and signature are lost', { kind: 'lose-answer' }],
    ['these uploads break in the middle', { kind: 'drop-request', afterBytes: 5 }],
    ['these uploads are met with a 503 first', { kind: 'answer', status: 503 }],
  ] as const)('a version becomes whole although %s', async (_, action) => {
    await using proxied = await proxiedRegistry();
    const { registry } = proxied;
    await registry.createProvider('anvil');
    await registry.createVersion('anvil', V1, { keyId: HASHICORP_KEY_ID, protocols: ['5.0'] });
    await registry.createPlatform('anvil', V1, platform);
    await registry.packageSink('anvil', V1, LINUX).send(inChunks(SUMS), SUMS.length);
    proxied.proxy.addFaults({ method: 'PUT', action }, { method: 'PUT', after: 1, action });
    await registry.uploadShasums('anvil', V1, SUMS);
    await registry.uploadShasumsSignature('anvil', V1, Buffer.from('signature'));
    const { version } = await registry.readProviderVersion('anvil', V1);
    expect(version).toMatchObject({
      shasums: { state: 'uploaded', bytes: SUMS },
      signature: { state: 'uploaded', bytes: Buffer.from('signature') },
      platforms: [{ uploaded: true }],
    });
    expect(proxied.proxy.requests.filter(({ fault }) => fault === action.kind)).toHaveLength(2);
  });
});
