import { describe, expect, it } from 'vitest';
import { PORTAL } from '../../support/scripted-server.ts';
import { versionOf } from '../../support/sync-world.ts';
import {
  PLATFORM,
  PROVIDER,
  PROVIDERS,
  pageOf,
  platform,
  proxiedRegistry,
  type ScriptedRegistry,
  scriptedRegistry,
  VERSION,
  VERSIONS,
  versionDocument,
} from './support.ts';

const V1 = versionOf('1.0.0');
const creation = { keyId: '34365D9472D7468F', protocols: ['5.0'] } as const;

describe('the API token', () => {
  it('goes with every request to the API', async () => {
    await using scripted = await scriptedRegistry();
    await scripted.registry.readProviderVersion('anvil', V1);
    await scripted.signingKeys.list();
    expect(scripted.server.requests.length).toBeGreaterThan(2);
    for (const { headers } of scripted.server.requests) {
      expect(headers).toMatchObject({
        authorization: 'Bearer old-token',
        accept: 'application/vnd.api+json',
      });
    }
  });

  it.each(['GET', 'POST'])(
    'is read anew once when a %s answers 401, and the request repeated',
    async (method) => {
      await using scripted = await scriptedRegistry(({ method: asked, headers }) => {
        if (headers.authorization !== 'Bearer new-token') return { status: 401 };
        return asked === 'POST' ? { status: 201, json: { data: versionDocument() } } : undefined;
      });
      const { registry } = scripted;
      await (method === 'GET' ? registry.listProviders() : registry.createVersion('anvil', V1, creation));
      const asked = scripted.server.requests.filter((request) => request.method === method);
      expect(asked.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer old-token',
        'Bearer new-token',
      ]);
      expect(scripted.token.freshReads).toBe(1);
    },
  );

  it('is rejected when the fresh one is not accepted either, naming where it comes from', async () => {
    await using scripted = await scriptedRegistry(() => ({
      status: 401,
      json: { errors: [{ status: '401', title: 'unauthorized' }] },
    }));
    const failure = (await scripted.registry.listProviders().catch((error: Error) => error)) as Error;
    expect(failure).toMatchObject({
      code: 'TokenRejected',
      message: expect.stringContaining(scripted.token.description),
    });
    expect(failure.message).not.toMatch(/(old|new)-token/);
    expect(scripted.server.requests).toHaveLength(2);
  });

  it('lacks a right when an answer is 403, with the server’s words', async () => {
    const errors = [{ status: '403', title: 'forbidden', detail: 'Team may not manage providers' }];
    await using scripted = await scriptedRegistry(() => ({ status: 403, json: { errors } }));
    await expect(scripted.registry.listProviders()).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('forbidden: Team may not manage providers'),
    });
  });
});

describe('an answer that is not the API’s', () => {
  it.each([200, 403, 404, 422])('is refused when it is a web page with %i', async (status) => {
    await using scripted = await scriptedRegistry(() => ({ ...PORTAL, status }));
    await expect(scripted.registry.readProviderVersion('anvil', V1)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining('captive portal'),
    });
  });

  it('is refused when it is a web page in answer to a creation', async () => {
    await using scripted = await scriptedRegistry(({ method }) => (method === 'POST' ? PORTAL : undefined));
    await expect(scripted.registry.createProvider('anvil')).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
    });
  });

  it.each([
    ['is not JSON', { body: 'ok' }, 'not JSON'],
    ['is empty', { body: '' }, 'not JSON'],
    ['has no data', { json: {} }, 'data'],
    ['is about another version', { json: { data: versionDocument({ version: '1.0.1' }) } }, '1.0.1'],
    ['is about no version', { json: { data: versionDocument({ version: 'nightly' }) } }, 'nightly'],
  ])('is refused when it %s', async (_, answer, words) => {
    await using scripted = await scriptedRegistry(({ path }) => (path === VERSION ? answer : undefined));
    await expect(scripted.registry.readProviderVersion('anvil', V1)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining(words),
    });
  });

  it('is refused when it points a creation elsewhere', async () => {
    await using scripted = await scriptedRegistry(({ method }) =>
      method === 'POST' ? { status: 301, headers: { location: 'https://example.com/' } } : undefined,
    );
    await expect(scripted.registry.createProvider('anvil')).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining('elsewhere'),
    });
  });
});

describe('trouble that passes', () => {
  it.each([
    ['retry-after', '3', 3000],
    ['x-ratelimit-reset', '0.163', 163],
  ])('is waited out as long as %s: %s asks, also before a creation', async (header, value, wait) => {
    await using scripted = await scriptedRegistry(({ method }, nth) => {
      if (nth === 1) return { status: 429, headers: { [header]: value } };
      return method === 'POST' ? { status: 201, json: { data: versionDocument() } } : undefined;
    });
    await scripted.registry.listVersions('anvil');
    await scripted.registry.createVersion('anvil', V1, creation);
    expect(scripted.http.waits).toHaveLength(2);
    for (const waited of scripted.http.waits) expect(waited).toBeGreaterThanOrEqual(wait);
  });

  it.each([{ status: 500 }, { ...PORTAL, status: 502 }, 'cut'] as const)(
    'is met with another attempt: %j',
    async (answer) => {
      await using scripted = await scriptedRegistry((_, nth) => (nth === 1 ? answer : undefined));
      expect(await scripted.registry.listVersions('anvil')).toHaveLength(1);
    },
  );

  it.each([{ status: 429 }, { status: 500 }, { status: 501 }, { status: 503 }, 'cut'] as const)(
    'is called unavailable when it does not pass: %j',
    async (answer) => {
      await using scripted = await scriptedRegistry(() => answer);
      await expect(scripted.registry.listVersions('anvil')).rejects.toMatchObject({
        code: 'DestinationUnavailable',
      });
    },
  );
});

describe('a 404', () => {
  it.each<readonly [string, (scripted: ScriptedRegistry) => Promise<unknown>]>([
    ['reading a version', ({ registry }) => registry.readProviderVersion('anvil', V1)],
    ['listing providers', ({ registry }) => registry.listProviders()],
    ['listing versions', ({ registry }) => registry.listVersions('anvil')],
    ['creating a provider', ({ registry }) => registry.createProvider('anvil')],
    ['creating a version', ({ registry }) => registry.createVersion('anvil', V1, creation)],
    ['deleting a version', ({ registry }) => registry.deleteVersion('anvil', '1.0.0')],
    ['listing keys', ({ signingKeys }) => signingKeys.list()],
    ['finding a key', ({ signingKeys }) => signingKeys.find('0123456789ABCDEF')],
    ['adding a key', ({ signingKeys }) => signingKeys.add({ keyId: '0123456789ABCDEF', asciiArmor: '' })],
  ])('to %s means no such organization when its providers cannot be listed', async (_, ask) => {
    await using scripted = await scriptedRegistry(() => ({ status: 404 }));
    await expect(ask(scripted)).rejects.toMatchObject({
      code: 'OrganizationNotFound',
      message: expect.stringContaining('or the token may not see it'),
    });
  });

  it('never means absent when the organization may not be read', async () => {
    await using scripted = await scriptedRegistry(({ path }) => ({
      status: path.startsWith(`${PROVIDERS}?`) ? 403 : 404,
    }));
    await expect(scripted.registry.readProviderVersion('anvil', V1)).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });

  it('never means absent for a version that the listing shows', async () => {
    await using scripted = await scriptedRegistry(({ path }) =>
      path === VERSION ? { status: 404 } : undefined,
    );
    await expect(scripted.registry.readProviderVersion('anvil', V1)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
    });
  });

  it.each<readonly [string, string, (scripted: ScriptedRegistry) => Promise<unknown>]>([
    ['provider', PROVIDER, ({ registry }) => registry.createProvider('anvil')],
    ['version', VERSION, ({ registry }) => registry.createVersion('anvil', V1, creation)],
    ['platform', PLATFORM, ({ registry }) => registry.createPlatform('anvil', V1, platform)],
  ])('to the creation of a %s means "not allowed" when the parent can be read', async (_, path, create) => {
    await using scripted = await scriptedRegistry((request) => {
      if (request.method === 'POST' || request.path === path) return { status: 404 };
      return path === VERSION && request.path.startsWith(`${VERSIONS}?`) ? { json: pageOf() } : undefined;
    });
    await expect(create(scripted)).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('to a deletion means "not allowed" when the version can be read', async () => {
    await using scripted = await scriptedRegistry();
    await expect(scripted.registry.deleteVersion('anvil', '1.0.0')).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });

  it('to a deletion means gone when the provider can be read and the version cannot', async () => {
    await using scripted = await scriptedRegistry(({ path }) =>
      path === VERSION ? { status: 404 } : undefined,
    );
    expect(await scripted.registry.deleteVersion('anvil', '1.0.0')).toBe('gone');
  });

  it('to a deletion means deleted after an attempt whose answer was lost', async () => {
    const lost = { method: 'DELETE', action: { kind: 'lose-answer' } } as const;
    await using proxied = await proxiedRegistry(lost);
    await proxied.registry.createProvider('anvil');
    await proxied.registry.createVersion('anvil', V1, creation);
    expect(await proxied.registry.deleteVersion('anvil', '1.0.0')).toBe('deleted');
    const deletions = proxied.proxy.requests.filter(({ method }) => method === 'DELETE');
    expect(deletions.map(({ status }) => status)).toEqual([undefined, 404]);
    expect(await proxied.registry.deleteVersion('anvil', '1.0.0')).toBe('gone');
  });
});

describe('a deletion of which every answer is lost', () => {
  const lost = { method: 'DELETE', times: Number.POSITIVE_INFINITY } as const;

  it('is done when the version is gone', async () => {
    await using proxied = await proxiedRegistry({ ...lost, action: { kind: 'lose-answer' } });
    await proxied.registry.createProvider('anvil');
    await proxied.registry.createVersion('anvil', V1, creation);
    expect(await proxied.registry.deleteVersion('anvil', '1.0.0')).toBe('deleted');
    const deletions = proxied.proxy.requests.filter(({ method }) => method === 'DELETE');
    expect(new Set(deletions.map(({ status }) => status))).toEqual(new Set([undefined]));
  });

  it('has failed when the version is still there', async () => {
    await using proxied = await proxiedRegistry({ ...lost, action: { kind: 'drop' } });
    await proxied.registry.createProvider('anvil');
    await proxied.registry.createVersion('anvil', V1, creation);
    await expect(proxied.registry.deleteVersion('anvil', '1.0.0')).rejects.toMatchObject({
      code: 'DestinationUnavailable',
      message: expect.stringContaining('the deletion of version 1.0.0'),
    });
  });

  it('has failed when what is there cannot be read either', async () => {
    await using proxied = await proxiedRegistry();
    await proxied.registry.createProvider('anvil');
    await proxied.registry.createVersion('anvil', V1, creation);
    const all = { times: Number.POSITIVE_INFINITY, action: { kind: 'lose-answer' } } as const;
    proxied.proxy.addFaults(all);
    await expect(proxied.registry.deleteVersion('anvil', '1.0.0')).rejects.toMatchObject({
      code: 'DestinationUnavailable',
      message: expect.stringContaining('the deletion of version 1.0.0'),
    });
  });
});
