import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeSampleRelease,
  type SamplePackage,
  type SampleRelease,
} from '../../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import {
  bytesOf,
  embeddedRegistry,
  ORGANIZATION,
  privatePath,
  publishRelease,
  putFile,
  registryApi,
  type TestRegistry,
} from '../../support/registries.ts';

const PLATFORMS = [
  { os: 'linux', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
];
const ANVIL = `/api/registry/v1/providers/${ORGANIZATION}/anvil`;

interface PackageDocument {
  readonly download_url: string;
  readonly shasums_url: string;
  readonly shasums_signature_url: string;
  readonly signing_keys: { readonly gpg_public_keys: readonly unknown[] };
}

let registry: TestRegistry;
let api: ReturnType<typeof registryApi>;
let release: SampleRelease;

beforeEach(async () => {
  registry = await embeddedRegistry();
  api = registryApi(registry);
  const key = await makeSigningKey();
  const input = { namespace: 'acme', type: 'anvil', version: '1.0.0', platforms: PLATFORMS, key };
  release = await makeSampleRelease(input);
});
afterEach(() => registry[Symbol.asyncDispose]());

const get = (path: string, token = registry.token): Promise<Response> =>
  fetch(registry.url + path, { headers: { authorization: `Bearer ${token}` } });

const describePackage = async (platform = 'linux/amd64'): Promise<PackageDocument> =>
  (await get(`${ANVIL}/1.0.0/download/${platform}`)).json() as Promise<PackageDocument>;

describe('for Terraform, the embedded registry', () => {
  it('says where its providers are, to everybody', async () => {
    const response = await fetch(`${registry.url}/.well-known/terraform.json`);
    expect(await response.json()).toEqual({ 'providers.v1': '/api/registry/v1/providers/' });
  });

  it('lists a published version with its protocols and platforms', async () => {
    await publishRelease(registry, release);
    const response = await get(`${ANVIL}/versions`);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      versions: [
        { version: '1.0.0', protocols: ['5.0'], platforms: expect.arrayContaining(PLATFORMS) as object },
      ],
    });
  });

  it('describes a package with links that need no token and the key of the organization', async () => {
    await publishRelease(registry, release);
    const [linux] = release.packages;
    const [key] = release.signingKeys;
    const document = await describePackage();
    expect(document).toMatchObject({
      protocols: ['5.0'],
      os: 'linux',
      arch: 'amd64',
      filename: linux?.filename,
      shasum: linux?.sha256,
      signing_keys: { gpg_public_keys: [{ key_id: key?.keyId, ascii_armor: key?.asciiArmor }] },
    });
    expect(await (await fetch(document.shasums_url)).bytes()).toEqual(release.shasums);
    expect(await (await fetch(document.shasums_signature_url)).bytes()).toEqual(release.signature);
  });

  it('gives a package to HEAD, to GET and in ranges that hold under its ETag', async () => {
    await publishRelease(registry, release);
    const { contents } = release.packages[0] as SamplePackage;
    const whole = await bytesOf(contents.read(0, contents.size));
    const link = (await describePackage()).download_url;
    const head = await fetch(link, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(whole.length));
    const etag = head.headers.get('etag') ?? '';
    expect(Buffer.from(await (await fetch(link)).arrayBuffer())).toEqual(whole);
    const part = await fetch(link, { headers: { range: 'bytes=100-', 'if-range': etag } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(100));
    expect((await fetch(link, { headers: { range: `bytes=${whole.length}-` } })).status).toBe(416);
  });

  it.each([
    ['no token', ''],
    ['another token', 'wrong'],
  ])('refuses a request with %s', async (_what, token) => {
    for (const path of [`${ANVIL}/versions`, `${ANVIL}/1.0.0/download/linux/amd64`]) {
      const response = await get(path, token);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ errors: ['Unauthorized'] });
    }
  });

  it.each([
    ['an absent provider', `/api/registry/v1/providers/${ORGANIZATION}/gone/versions`],
    ['another organization', '/api/registry/v1/providers/other/anvil/versions'],
    ['an absent version', `${ANVIL}/9.9.9/download/linux/amd64`],
    ['an absent platform', `${ANVIL}/1.0.0/download/windows/amd64`],
  ])('does not find %s', async (_what, path) => {
    await publishRelease(registry, release);
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ errors: ['Not Found'] });
  });
});

describe('a version in the embedded registry becomes installable', () => {
  const listed = async (): Promise<unknown> => (await get(`${ANVIL}/versions`)).json();
  const nothing = { versions: [] };

  it('only when packages, SHA256SUMS and signature are all there', async () => {
    const [linux] = release.packages;
    const [key] = release.signingKeys;
    await api.createProvider('anvil');
    await api.createKey(key?.asciiArmor ?? '');
    const version = await api.createVersion('anvil', '1.0.0', key?.keyId ?? '');
    const attributes = { os: 'linux', arch: 'amd64', filename: linux?.filename, shasum: linux?.sha256 };
    const platform = await api.createPlatform('anvil', '1.0.0', attributes);
    const links = { ...version.document.data.links, ...platform.document.data.links };
    for (const file of ['provider-binary', 'shasums', 'shasums-sig']) {
      expect(await listed()).toEqual(nothing);
      expect((await get(`${ANVIL}/1.0.0/download/linux/amd64`)).status).toBe(404);
      await putFile(links[`${file}-upload`], 'bytes');
    }
    const platforms = [{ os: 'linux', arch: 'amd64' }];
    expect(await listed()).toEqual({ versions: [{ version: '1.0.0', protocols: ['5.0'], platforms }] });
  });

  it('for a platform added later only when its package is there, and stays so for the others', async () => {
    await publishRelease(registry, release);
    const filename = 'terraform-provider-anvil_1.0.0_windows_amd64.zip';
    const windows = { os: 'windows', arch: 'amd64' };
    const attributes = { ...windows, filename, shasum: 'b'.repeat(64) };
    const added = await api.createPlatform('anvil', '1.0.0', attributes);
    const before = { versions: [{ platforms: expect.not.arrayContaining([windows]) as object }] };
    expect(await listed()).toMatchObject(before);
    expect((await get(`${ANVIL}/1.0.0/download/linux/amd64`)).status).toBe(200);
    await putFile(added.document.data.links['provider-binary-upload'], 'bytes');
    const after = { versions: [{ platforms: expect.arrayContaining([...PLATFORMS, windows]) as object }] };
    expect(await listed()).toMatchObject(after);
  });

  it('and is no longer when it is deleted', async () => {
    await publishRelease(registry, release);
    await api.call('DELETE', privatePath('anvil', '1.0.0'));
    expect(await listed()).toEqual(nothing);
  });

  it('without a key where it is signed by the built-in one that nobody added', async () => {
    await publishRelease(registry, {
      ...release,
      signingKeys: [{ keyId: '34365D9472D7468F', asciiArmor: '' }],
    });
    expect((await describePackage()).signing_keys).toEqual({ gpg_public_keys: [] });
  });
});
