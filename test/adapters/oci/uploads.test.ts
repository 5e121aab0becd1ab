import { describe, expect, it } from 'vitest';
import type { RepositoryKeeper } from '../../../src/adapters/oci/keeper.ts';
import { formatAddress } from '../../../src/domain/provider/address.ts';
import { inChunks } from '../../contract/bytes.ts';
import { bytesOf, contractReleases, deliver } from '../../contract/destination-releases.ts';
import { testHttpClient } from '../../support/http-client.ts';
import { filledMirror, REPOSITORY } from '../../support/oci/filled-mirror.ts';
import { mirrorAt } from '../../support/oci/mirror-subject.ts';
import { scriptedServer } from '../../support/scripted-server.ts';

const { first, wider } = await contractReleases();
const [file] = first.files;
if (file === undefined) throw new Error('No file.');

describe('uploads', () => {
  it.each([false, true])(
    'go where the registry says (absolute: %s), as plain bytes',
    async (absoluteLocations) => {
      await using world = await filledMirror([first], { absoluteLocations });
      const sent = world.registry.requests.filter(
        ({ method, url }) => method === 'PUT' && url.includes('/uploads/'),
      );
      expect(sent.length).toBeGreaterThan(0);
      for (const { headers } of sent) expect(headers['content-type']).toBe('application/octet-stream');
      expect((await world.mirror.inspect(first)).outcome).toBe('up-to-date');
      expect(world.registry.uploads.size).toBe(0);
      const heads = world.registry.requests.filter(({ method }) => method === 'HEAD');
      for (const { headers } of heads) expect(headers['accept-encoding']).toBe('identity');
    },
  );

  it('are one PUT with a length, or one PATCH without', async () => {
    await using world = await filledMirror([]);
    const delivery = await world.mirror.begin(first, await world.mirror.inspect(first), {});
    const bytes = await bytesOf(first, file.filename);
    for (const [size, expected] of [
      [bytes.length, { POST: 1, PUT: 1, PATCH: 0 }],
      [undefined, { POST: 1, PUT: 1, PATCH: 1 }],
    ] as const) {
      const before = world.registry.requests.length;
      await delivery.sinkFor(file).send(inChunks(bytes), size);
      const requests = world.registry.requests.slice(before);
      const count = (method: string) => requests.filter((each) => each.method === method).length;
      expect({ POST: count('POST'), PUT: count('PUT'), PATCH: count('PATCH') }).toEqual(expected);
    }
  });

  it('that broke off are cancelled', async () => {
    await using world = await filledMirror([]);
    const delivery = await world.mirror.begin(first, await world.mirror.inspect(first), {});
    const bytes = await bytesOf(first, file.filename);
    const broken = new Error('the download broke');
    for (const size of [bytes.length, undefined]) {
      await expect(delivery.sinkFor(file).send(inChunks(bytes, broken), size)).rejects.toBe(broken);
    }
    await delivery.abandon();
    expect(world.registry.uploads.size).toBe(0);
  });

  it.each([404, 416])('that the registry has lost (%i) may be begun again', async (status) => {
    let losing = true;
    await using world = await filledMirror([], {
      intercept: (request, response) => {
        if (!losing || request.method !== 'PUT' || !request.url?.includes('/uploads/')) return false;
        request.resume().on('end', () => response.writeHead(status).end());
        return true;
      },
    });
    const delivery = await world.mirror.begin(first, await world.mirror.inspect(first), {});
    const bytes = await bytesOf(first, file.filename);
    const sink = delivery.sinkFor(file);
    await expect(sink.send(inChunks(bytes), bytes.length)).rejects.toMatchObject({
      code: 'DestinationUnavailable',
    });
    losing = false;
    await sink.send(inChunks(bytes), bytes.length);
    expect(world.held().blobs.get(`sha256:${file.sha256}`)).toEqual(bytes);
  });

  it.each([
    ['nowhere', {}],
    ['plain http elsewhere', { location: 'http://storage.example.com/upload' }],
    ['no address', { location: 'https://' }],
  ])('are not sent to %s', async (_, headers) => {
    await using registry = await scriptedServer(({ method }) =>
      method === 'POST' ? { status: 202, headers } : undefined,
    );
    await using http = testHttpClient('destination');
    const mirror = mirrorAt(new URL(registry.url).host, http);
    const delivery = await mirror.begin(first, await mirror.inspect(first), {});
    const bytes = await bytesOf(first, file.filename);
    await expect(delivery.sinkFor(file).send(inChunks(bytes), bytes.length)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining('Location'),
    });
  });
});

describe('a repository that must be made first', () => {
  const keeperOf = (make: (repository: string) => void): RepositoryKeeper => ({
    createRepository: async (repository) => make(repository),
    listRepositories: async () => [],
    pushedAt: async () => new Map(),
    deleteImage: async () => 'gone',
  });

  it('is made once where that is allowed', async () => {
    const made: string[] = [];
    const keeper = keeperOf((name) => {
      made.push(name);
      world.registry.repositories.set(name, { blobs: new Map(), manifests: new Map(), tags: new Map() });
    });
    await using world = await filledMirror([], { closed: true }, { keeper, createRepositories: true });
    expect(await deliver(world.mirror, first)).toBe('publish');
    expect(made).toEqual([REPOSITORY]);
    expect((await world.mirror.inspect(first)).outcome).toBe('up-to-date');
  });

  it('is asked for where it is not', async () => {
    const keeper = keeperOf(() => {
      throw new Error('not allowed');
    });
    await using world = await filledMirror([], { closed: true }, { keeper });
    await expect(deliver(world.mirror, first)).rejects.toMatchObject({
      code: 'DestinationNotFound',
      message: expect.stringContaining(REPOSITORY),
    });
  });
});

describe('what a registry refuses', () => {
  it('a tag that may not be put twice is explained', async () => {
    await using world = await filledMirror([first], { immutableTags: true });
    await expect(deliver(world.mirror, wider)).rejects.toMatchObject({
      code: 'DestinationRejected',
      message: expect.stringContaining('mutable'),
    });
    expect((await world.mirror.inspect(first)).outcome).toBe('up-to-date');
  });

  it.each([
    [
      403,
      { errors: [{ code: 'DENIED', message: 'see https://secret.example.com/x' }] },
      'AccessDenied',
      'DENIED: see (link)',
    ],
    [400, { errors: [{ code: 'NAME_INVALID' }] }, 'DestinationRejected', 'NAME_INVALID'],
    [302, {}, 'DestinationResponseInvalid', 'redirects more than'],
    [503, {}, 'DestinationUnavailable', '503'],
  ])('%i %j is %s', async (status, json, code, words) => {
    await using registry = await scriptedServer(() => ({ status, json, headers: { location: '/v2/again' } }));
    await using http = testHttpClient('destination');
    const inspecting = mirrorAt(new URL(registry.url).host, http).inspect(first);
    await expect(inspecting).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it.each([
    ['a web page', { headers: { 'content-type': 'text/html' }, body: '<html></html>' }, 'web page'],
    ['more than 4 MiB', { body: Buffer.alloc(4 * 1024 * 1024 + 1) }, 'more than'],
  ])('%s is no index', async (_, answer, words) => {
    await using registry = await scriptedServer(() => answer);
    await using http = testHttpClient('destination');
    const inspecting = mirrorAt(new URL(registry.url).host, http).inspect(first);
    await expect(inspecting).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining(words),
    });
  });

  it('a provider whose host has a port makes no repository', async () => {
    await using world = await filledMirror([]);
    const address = { ...first.address, hostname: 'registry.example.com:8443' };
    await expect(world.mirror.inspect({ ...first, address })).rejects.toMatchObject({
      code: 'ConfigInvalid',
      message: expect.stringContaining(formatAddress(address)),
    });
  });
});
