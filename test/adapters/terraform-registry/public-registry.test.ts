import { describe, expect, it } from 'vitest';
import { readAll } from '../../contract/bytes.ts';
import { PORTAL } from '../../support/scripted-server.ts';
import { LINUX, versionOf } from '../../support/sync-world.ts';
import {
  ANVIL,
  DISCOVERY,
  only,
  PACKAGE,
  PACKAGE_DOCUMENT,
  type ScriptedRegistry,
  scriptedRegistry,
  VERSIONS,
} from './support.ts';

const V1 = versionOf('1.0.0');
const FILES = '/v1/providers/acme/anvil/1.0.0/download/linux/files';

const listVersions = ({ registry }: ScriptedRegistry) => registry.listVersions(ANVIL);
const readPackage = ({ registry }: ScriptedRegistry) => registry.readPackage(ANVIL, V1, LINUX);
const readShasums = async (scripted: ScriptedRegistry) =>
  scripted.registry.readShasums(await readPackage(scripted));
const openPackage = async (scripted: ScriptedRegistry) =>
  scripted.registry.packageSource(await readPackage(scripted)).open();

const DOCUMENTS = [
  { what: 'the discovery document', path: DISCOVERY, read: listVersions },
  { what: 'the versions', path: VERSIONS, read: listVersions },
  { what: 'the package document', path: PACKAGE, read: readPackage },
  { what: 'SHA256SUMS', path: `${FILES}/SHA256SUMS`, read: readShasums },
  { what: 'the signature', path: `${FILES}/SHA256SUMS.sig`, read: readShasums },
] as const;
const ALL = [...DOCUMENTS, { what: 'the package', path: `${FILES}/anvil.zip`, read: openPackage }] as const;

describe.each(ALL)('when the server refuses $what', ({ path, read }) => {
  it.each([
    [401, 'asks for credentials'],
    [403, 'refuses access'],
    [451, 'legal reasons'],
    [418, 'answered 418'],
  ])('says what %i means', async (status, words) => {
    await using scripted = await scriptedRegistry(only(path, { status, json: {} }));
    await expect(read(scripted)).rejects.toMatchObject({
      code: 'UpstreamResponseInvalid',
      message: expect.stringContaining(words),
    });
  });

  it.each([429, 500, 502, 503])('calls it unavailable when it keeps answering %i', async (status) => {
    await using scripted = await scriptedRegistry(only(path, { status }));
    await expect(read(scripted)).rejects.toMatchObject({ code: 'UpstreamUnavailable' });
  });

  it('calls it unavailable when the connection is always cut', async () => {
    await using scripted = await scriptedRegistry(only(path, 'cut'));
    await expect(read(scripted)).rejects.toMatchObject({ code: 'UpstreamUnavailable' });
  });
});

describe.each(DOCUMENTS)('when trouble with $what passes', ({ path, read }) => {
  it.each([
    ['a 503', { status: 503 }],
    ['a cut connection', 'cut'],
  ] as const)('reads it after %s', async (_, answer) => {
    await using scripted = await scriptedRegistry((request, nth) =>
      request.path === path && nth === 1 ? answer : undefined,
    );
    await expect(read(scripted)).resolves.toBeDefined();
  });

  it('speaks of a captive portal when a web page comes in its place', async () => {
    await using scripted = await scriptedRegistry(only(path, PORTAL));
    await expect(read(scripted)).rejects.toMatchObject({
      code: 'UpstreamResponseInvalid',
      message: expect.stringMatching(/captive portal|proxy/),
    });
  });

  it.each([
    ['retry-after', '7', 7000],
    ['x-ratelimit-reset', '0.5', 500],
  ])('waits as long as %s: %s asks after a 429', async (header, value, wait) => {
    await using scripted = await scriptedRegistry((request, nth) =>
      request.path === path && nth === 1 ? { status: 429, headers: { [header]: value } } : undefined,
    );
    await expect(read(scripted)).resolves.toBeDefined();
    expect(scripted.http.waits).toHaveLength(1);
    expect(scripted.http.waits[0]).toBeGreaterThanOrEqual(wait);
  });
});

describe('the versions of a provider', () => {
  const listing = async (json: unknown) => {
    await using scripted = await scriptedRegistry(only(VERSIONS, { json }));
    return (await listVersions(scripted)).map(({ version, protocols, platforms }) => [
      version.text,
      protocols,
      platforms,
    ]);
  };

  it.each([
    ['an empty list', { versions: [] }],
    ['null', { id: 'acme/anvil', versions: null }],
    ['absent beside an id', { id: 'acme/anvil' }],
  ])('are none when the list is %s', async (_, json) => {
    expect(await listing(json)).toEqual([]);
  });

  it('leave out what Terraform could not read and keep the rest', async () => {
    const versions = [
      { version: 'v1.0.0' },
      { version: '1.2.3.4' },
      { version: 7 },
      'nonsense',
      null,
      { version: '1.0.0', protocols: null, platforms: null, published_at: 'yesterday' },
      {
        version: '1.1.0',
        protocols: ['5.0', 6],
        platforms: [
          { os: 'linux' },
          { ...LINUX, extra: 1 },
          { os: 'linux\u001b[2J', arch: 'amd64' },
          { os: 'o'.repeat(33), arch: 'amd64' },
        ],
      },
    ];
    expect(await listing({ versions, warnings: null, extra: {} })).toEqual([
      ['1.0.0', [], []],
      ['1.1.0', ['5.0'], [LINUX]],
    ]);
  });

  it.each([
    ['says something else', { message: 'sign in first' }],
    ['is a list', []],
    ['has versions that are no list', { versions: { '1.0.0': {} } }],
  ])('are refused when the document %s', async (_, json) => {
    await expect(listing(json)).rejects.toMatchObject({
      code: 'UpstreamResponseInvalid',
      message: expect.stringContaining(`the versions of registry.example.com/acme/anvil`),
    });
  });

  it('tell a provider that is not there by its name', async () => {
    await using scripted = await scriptedRegistry(
      only(VERSIONS, { status: 404, json: { errors: ['Not Found'] } }),
    );
    await expect(listVersions(scripted)).rejects.toMatchObject({
      code: 'ProviderNotFound',
      message: expect.stringContaining('registry.example.com has no provider acme/anvil'),
    });
  });

  it('repeat what the server says about an error, without its links and in one line', async () => {
    const errors = ['quota\nexceeded, see https://registry.example.com/?token=secret'];
    await using scripted = await scriptedRegistry(only(VERSIONS, { status: 400, json: { errors } }));
    await expect(listVersions(scripted)).rejects.toMatchObject({
      message: expect.stringContaining('quota exceeded, see (link)'),
    });
  });
});

describe('a package document', () => {
  const reading = async (change: Record<string, unknown>) => {
    await using scripted = await scriptedRegistry(
      only(PACKAGE, { json: { ...PACKAGE_DOCUMENT, ...change } }),
    );
    return { pkg: await readPackage(scripted), url: scripted.server.url, registry: scripted.registry };
  };

  it('has its links resolved against its own address', async () => {
    const { pkg, url } = await reading({ shasums_url: '/root/SHA256SUMS', download_url: '//127.0.0.1:1/x' });
    expect(pkg).toMatchObject({
      downloadUrl: 'http://127.0.0.1:1/x',
      shasumsUrl: `${url}/root/SHA256SUMS`,
      shasumsSignatureUrl: `${url}${FILES}/SHA256SUMS.sig`,
    });
  });

  it('has its links resolved against where a redirect led', async () => {
    await using scripted = await scriptedRegistry(({ path }) => {
      if (path === PACKAGE) return { status: 307, headers: { location: '/moved/here' } };
      return path === '/moved/here' ? { json: PACKAGE_DOCUMENT } : undefined;
    });
    expect((await readPackage(scripted)).downloadUrl).toBe(`${scripted.server.url}/moved/files/anvil.zip`);
  });

  it.each([
    { filename: 'terraform-provider-anvil_v1.0.0.zip', shown: 'terraform-provider-anvil_v1.0.0.zip' },
    { filename: 'https://example.com/a/anvil.zip?token=secret', shown: 'anvil.zip' },
    { filename: '../../etc/passwd', shown: 'passwd' },
    { filename: 'anvil\u001b[2J\r\n.zip', shown: 'anvil [2J .zip' },
    { filename: 'folder/', shown: 'the package for linux_amd64' },
  ])('passes the file name $filename on and shows it as "$shown"', async ({ filename, shown }) => {
    const { pkg, registry } = await reading({ filename });
    expect(pkg.filename).toBe(filename);
    expect(registry.packageSource(pkg).name).toBe(shown);
  });

  it('is read with nulls and more than was asked for', async () => {
    const { pkg } = await reading({
      os: null,
      arch: undefined,
      protocols: null,
      shasum: 'AB'.repeat(32),
      packages: {},
      signing_keys: {
        gpg_public_keys: [
          { key_id: null, ascii_armor: 'armor', source: 'Acme', trust_signature: '' },
          { key_id: 'no armor' },
          null,
        ],
      },
    });
    expect(pkg).toMatchObject({
      platform: LINUX,
      protocols: [],
      shasum: 'ab'.repeat(32),
      signingKeys: [{ claimedKeyId: undefined, asciiArmor: 'armor', source: 'Acme' }],
    });
  });

  it.each([null, undefined, { gpg_public_keys: null }])(
    'has no keys when they are %j',
    async (signing_keys) => {
      expect((await reading({ signing_keys })).pkg.signingKeys).toEqual([]);
    },
  );

  it.each([
    ['shasum', 'abc', '64 hex digits'],
    ['shasum', undefined, 'shasum'],
    ['filename', '', 'filename'],
    ['shasums_url', null, 'shasums_url'],
    ['shasums_signature_url', '', 'shasums_signature_url'],
    ['download_url', 'http://example.com/anvil.zip', 'download_url is not an https address'],
    ['download_url', 'file:///etc/passwd', 'download_url is not an https address'],
    ['shasums_url', 'https://user:secret@example.com/', 'shasums_url is not an https address'],
    ['os', 'windows', 'windows_amd64'],
    ['arch', 'arm64', 'linux_arm64'],
  ])('is refused when its %s is %j', async (property, value, words) => {
    await expect(reading({ [property]: value })).rejects.toMatchObject({
      code: 'UpstreamResponseInvalid',
      message: expect.stringContaining(words),
    });
  });
});

describe('the caps on documents', () => {
  it.each([
    ['a package document', PACKAGE, 1024 * 1024, readPackage],
    ['SHA256SUMS', `${FILES}/SHA256SUMS`, 1024 * 1024, readShasums],
    ['a signature', `${FILES}/SHA256SUMS.sig`, 64 * 1024, readShasums],
  ])('end %s', async (_, path, cap, read) => {
    await using scripted = await scriptedRegistry(only(path, { body: ' '.repeat(cap + 1) }));
    await expect(read(scripted)).rejects.toMatchObject({
      code: 'UpstreamResponseInvalid',
      message: expect.stringContaining(`more than ${cap} bytes`),
    });
  });

  it('take SHA256SUMS that fill them', async () => {
    const body = 'x'.repeat(1024 * 1024);
    await using scripted = await scriptedRegistry(only(`${FILES}/SHA256SUMS`, { body }));
    expect((await readShasums(scripted)).shasums).toHaveLength(body.length);
  });
});

describe('every request to a public registry', () => {
  it('goes without credentials', async () => {
    await using scripted = await scriptedRegistry();
    await listVersions(scripted);
    await readShasums(scripted);
    expect((await readAll(await openPackage(scripted))).toString()).toBe('anvil.zip');
    expect(scripted.server.requests).toHaveLength(7);
    for (const { headers } of scripted.server.requests) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
    }
  });
});
