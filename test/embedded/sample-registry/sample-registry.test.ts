import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/embedded/http-server/listen.ts';
import { makeSampleRelease, type SampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import { syntheticContents } from '../../../src/embedded/sample-registry/package-contents.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { sampleRegistry } from '../../support/registries.ts';

const PLATFORMS = [
  { os: 'linux', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
];
const ANVIL = '/catalog/providers/acme/anvil';
const SIZE = 3_000_000;

let registry: RunningServer & AsyncDisposable;
let relative: SampleRelease;
let absolute: SampleRelease;
const seen: string[] = [];

beforeAll(async () => {
  const key = await makeSigningKey();
  const anvil = { namespace: 'acme', type: 'anvil', platforms: PLATFORMS, key };
  relative = await makeSampleRelease({ ...anvil, version: '1.0.0', protocols: ['4.0', '5.1'] });
  absolute = await makeSampleRelease({
    ...anvil,
    version: '1.1.0',
    urls: 'absolute',
    contents: () => syntheticContents(SIZE, 'large'),
  });
  registry = await sampleRegistry([relative, absolute], {
    intercept: (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      if (request.url !== '/fault') return false;
      response.writeHead(503).end();
      return true;
    },
  });
});
afterAll(() => registry[Symbol.asyncDispose]());

interface PackageDocument {
  readonly download_url: string;
  readonly shasums_url: string;
  readonly shasums_signature_url: string;
}

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(registry.url + path, init);

async function linksOf(version: string): Promise<PackageDocument & { base: string }> {
  const base = `${registry.url}${ANVIL}/${version}/download/linux/amd64`;
  return { ...((await (await fetch(base)).json()) as PackageDocument), base };
}

describe('the sample registry', () => {
  it('is discovered at a path of its own', async () => {
    const response = await get('/.well-known/terraform.json');
    expect(await response.json()).toEqual({ 'providers.v1': '/catalog/providers/' });
  });

  it('lists versions with protocols and platforms', async () => {
    expect(await (await get(`${ANVIL}/versions`)).json()).toMatchObject({
      versions: [
        { version: '1.0.0', protocols: ['4.0', '5.1'], platforms: PLATFORMS },
        { version: '1.1.0', protocols: ['5.0'], platforms: PLATFORMS },
      ],
    });
  });

  it('describes a package', async () => {
    const [linux] = relative.packages;
    expect(await linksOf('1.0.0')).toMatchObject({
      os: 'linux',
      arch: 'amd64',
      filename: linux?.filename,
      shasum: linux?.sha256,
      signing_keys: { gpg_public_keys: [{ key_id: relative.signingKeys[0]?.keyId }] },
    });
  });

  it.each([
    ['relative', '1.0.0', /^\.\.\//],
    ['absolute', '1.1.0', /^http:\/\/127\.0\.0\.1:/],
  ])('writes %s links that lead to the files', async (_kind, version, form) => {
    const links = await linksOf(version);
    const release = version === '1.0.0' ? relative : absolute;
    for (const link of [links.download_url, links.shasums_url, links.shasums_signature_url]) {
      expect(link).toMatch(form);
    }
    const file = async (link: string): Promise<Uint8Array> =>
      (await fetch(new URL(link, links.base))).bytes();
    expect(await file(links.shasums_url)).toEqual(release.shasums);
    expect(await file(links.shasums_signature_url)).toEqual(release.signature);
    expect((await file(links.download_url)).length).toBe(release.packages[0]?.contents.size);
  });

  it('gives a package to HEAD and in ranges that hold under its ETag', async () => {
    const link = (await linksOf('1.1.0')).download_url;
    const head = await fetch(link, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(SIZE));
    expect(head.headers.get('accept-ranges')).toBe('bytes');
    const headers = { range: `bytes=${SIZE - 10}-`, 'if-range': head.headers.get('etag') ?? '' };
    const part = await fetch(link, { headers });
    expect(part.status).toBe(206);
    const whole = Buffer.from(await (await fetch(link)).arrayBuffer());
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(-10));
  });

  it.each([
    ['/nothing'],
    ['/v1/providers/acme/anvil/versions'],
    ['/catalog/providers/acme/gone/versions'],
    [`${ANVIL}/9.9.9/download/linux/amd64`],
    [`${ANVIL}/1.0.0/download/windows/amd64`],
    [`${ANVIL}/1.0.0/files/other.zip`],
    [`${ANVIL}/1.0.0/files/constructor`],
  ])("answers %s with 404 in the public registry's shape", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ errors: ['Not Found'] });
  });

  it('lets a test watch requests and play faults', async () => {
    expect((await get('/fault')).status).toBe(503);
    expect(seen).toContain('GET /fault');
    expect((await get(`${ANVIL}/versions`)).status).toBe(200);
  });
});
