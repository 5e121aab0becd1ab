import { readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { makeSampleKey, signPayload } from '../../../src/embedded/homebrew/world.ts';
import { type BrewHost, brewInstall } from '../../support/bottles/brew-client.ts';
import { LINUX, mirrorWorld, sampleKey } from '../../support/bottles/mirror-world.ts';
import { serveFolder } from '../../support/bottles/static-server.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

const MANIFEST = '/v2/homebrew/core/libhello/3/manifests/3.1_1-2';
const API = `/api/internal/packages.${LINUX}.jws.json`;
const isBlob = (path: string): boolean => path.startsWith('/v2/homebrew/core/libhello/3/blobs/');
const body = (response: ServerResponse, bytes: Uint8Array | string, headers: object = {}): boolean => {
  response.writeHead(200, { ...headers });
  response.end(bytes);
  return true;
};
const status = (response: ServerResponse, code: number): boolean => {
  response.writeHead(code).end();
  return true;
};

interface Served {
  readonly folder: string;
  readonly manifest: string;
  readonly blob: Buffer;
  readonly api: string;
}
type Fault = (served: Served, path: string, response: ServerResponse) => boolean;

const inManifest =
  (from: string | RegExp, to: string): Fault =>
  ({ manifest }, path, response) =>
    path === MANIFEST && body(response, manifest.replaceAll(from, to));
const asManifest =
  (answer: (served: Served, response: ServerResponse) => boolean): Fault =>
  (served, path, response) =>
    path === MANIFEST && answer(served, response);
const asBlob =
  (answer: (served: Served, response: ServerResponse) => boolean): Fault =>
  (served, path, response) =>
    isBlob(path) && answer(served, response);
const asApi =
  (answer: (served: Served, response: ServerResponse) => boolean): Fault =>
  (served, path, response) =>
    path === API && answer(served, response);

const FAULTS: readonly (readonly [string, Fault, string])[] = [
  ['a manifest is missing', asManifest((_, response) => status(response, 404)), 'manifest 404'],
  ['a manifest has no tab', inManifest('sh.brew.tab', 'sh.brew.tub'), 'find tab from manifest'],
  ['a tab is no JSON', inManifest('"sh.brew.tab":"{', '"sh.brew.tab":"'), 'tab is not valid JSON'],
  [
    'a manifest has the digest of another bottle',
    inManifest(/"sh.brew.bottle.digest":"[0-9a-f]+"/g, `"sh.brew.bottle.digest":"${'0'.repeat(64)}"`),
    'matching bottle checksum',
  ],
  [
    'a manifest has a wrong ref name',
    inManifest(`3.1_1.${LINUX}.2`, `3.1_1.${LINUX}`),
    'matching bottle checksum',
  ],
  ['a manifest is a web page', asManifest((_, response) => body(response, '<html>')), 'not valid JSON'],
  ['a manifest has no entries', asManifest((_, response) => body(response, '{}')), "Missing 'manifests'"],
  [
    'a manifest comes packed',
    asManifest(({ manifest }, response) => body(response, gzipSync(manifest))),
    'not valid JSON',
  ],
  ['a bottle is corrupt', asBlob((_, response) => body(response, 'x')), 'different checksum'],
  [
    'a bottle is cut',
    asBlob(({ blob }, response) => body(response, blob.subarray(0, 20))),
    'different checksum',
  ],
  [
    'a bottle comes packed',
    asBlob(({ blob }, response) => body(response, gzipSync(blob), { 'content-encoding': 'gzip' })),
    'different checksum',
  ],
  ['a bottle is missing', asBlob((_, response) => status(response, 404)), 'bottle 404'],
  ['a bottle is forbidden', asBlob((_, response) => status(response, 403)), 'bottle 403'],
  ['the API is missing', asApi((_, response) => status(response, 404)), 'falling back to formulae.brew.sh'],
  [
    'the API was changed',
    asApi(({ api }, response) => body(response, api.replace('3.1', '3.2'))),
    'signature mismatch',
  ],
  [
    'the API is signed by somebody else',
    asApi((_, response) => body(response, signPayload('{}', makeSampleKey('sample-2')))),
    'key not found',
  ],
  ['the API is a web page', asApi((_, response) => body(response, '<html>')), 'not valid JSON'],
];

async function published() {
  const world = await mirrorWorld();
  const folder = await temporaryFolder();
  const result = await world.sync(createFolderMirrorStore(folder));
  await world[Symbol.asyncDispose]();
  const bottle = result.bottles.find(({ name }) => name === 'libhello@3');
  const served: Served = {
    folder,
    manifest: await readFile(join(folder, MANIFEST), 'utf8'),
    blob: await readFile(join(folder, `v2/homebrew/core/libhello/3/blobs/sha256:${bottle?.sha256}`)),
    api: await readFile(join(folder, API), 'utf8'),
  };
  return served;
}

const hostOf = (url: string, more: Partial<BrewHost> = {}): BrewHost => ({
  api: `${url}/api`,
  artifacts: url,
  tag: LINUX,
  generation: 'internal',
  key: sampleKey().publicKey,
  ...more,
});

// The rules as the recorded runs of a real brew show them: a published tree passes, and every fault is found.
describe('brew’s rules, applied to a published mirror', () => {
  it('are kept, with nothing but plain GETs, each of which answers', async () => {
    const { folder } = await published();
    await using server = await serveFolder(folder);
    expect((await brewInstall(hostOf(server.url), 'hello')).poured).toHaveLength(4);
    expect(server.requests.filter((line) => !line.endsWith(' 200'))).toEqual([]);
    expect(server.requests.every((line) => line.startsWith('GET '))).toBe(true);
  });

  it.each(FAULTS)('find that %s', async (_, fault, complaint) => {
    const served = await published();
    await using server = await serveFolder(served.folder, (path, response) => fault(served, path, response));
    await expect(brewInstall(hostOf(server.url), 'hello')).rejects.toThrow(complaint);
  });

  it('find an API that is ahead of the bottles, and one whose address ends in a slash', async () => {
    const { folder } = await published();
    await using server = await serveFolder(folder);
    await expect(brewInstall(hostOf(server.url, { api: `${server.url}/api/` }), 'hello')).rejects.toThrow(
      '404',
    );
    const payload = JSON.stringify({
      formulae: { hello: { stable_version: '9', bottle_checksum: '0'.repeat(64) } },
      formula_aliases: {},
    });
    await writeFile(join(folder, API), signPayload(payload, sampleKey()));
    await expect(brewInstall(hostOf(server.url), 'hello')).rejects.toThrow('manifest 404');
  });
});
