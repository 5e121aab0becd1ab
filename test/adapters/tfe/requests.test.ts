import { describe, expect, it } from 'vitest';
import type { PrivateRegistry } from '../../../src/adapters/tfe/contract.ts';
import { HASHICORP_KEY_ID } from '../../../src/domain/integrity/signing-key.ts';
import { inChunks } from '../../contract/bytes.ts';
import { DARWIN, LINUX, versionOf } from '../../support/sync-world.ts';
import {
  PROVIDER,
  PROVIDERS,
  type ProxiedRegistry,
  pageOf,
  platform,
  providerDocument,
  proxiedRegistry,
  scriptedRegistry,
  VERSION,
  VERSIONS,
  versionDocument,
} from './support.ts';

const V1 = versionOf('1.0.0');
const ALL = 'page[number]=1&page[size]=100';
const LISTING = `GET ${PROVIDERS}?${ALL}`;
const SUMS = Buffer.from(`${platform.shasum}  anvil.zip\n`);
const attributes = { keyId: HASHICORP_KEY_ID, protocols: ['5.0'] } as const;

/** The requests since then, and since the last call; the objects' secret paths are left out. */
function watch({ proxy }: ProxiedRegistry): () => readonly string[] {
  let seen = proxy.requests.length;
  return () => {
    const fresh = proxy.requests.slice(seen);
    seen = proxy.requests.length;
    return fresh.map(
      ({ method, path }) => `${method} ${decodeURIComponent(path).replace(/^\/v1\/object\/.*/, 'object')}`,
    );
  };
}

async function publish(registry: PrivateRegistry, type = 'anvil'): Promise<void> {
  await registry.readProviderVersion(type, V1);
  await registry.createProvider(type);
  await registry.createVersion(type, V1, attributes);
  for (const on of [LINUX, DARWIN]) {
    await registry.createPlatform(type, V1, { ...platform, platform: on, filename: `${on.os}.zip` });
    await registry.packageSink(type, V1, on).send(inChunks(SUMS), SUMS.length);
  }
  await registry.uploadShasums(type, V1, SUMS);
  await registry.uploadShasumsSignature(type, V1, Buffer.from('signature'));
}

const CONFIRMING_READ = [`GET ${VERSION}`, `GET ${VERSION}/platforms?${ALL}`, 'GET object', 'GET object'];

describe('the requests against the rate limit', () => {
  it('are seven for the first publication of a provider with two platforms, files aside and confirmation included', async () => {
    await using proxied = await proxiedRegistry();
    const requests = watch(proxied);
    await publish(proxied.registry);
    expect(requests()).toEqual([
      LISTING,
      `POST ${PROVIDERS}`,
      `POST ${VERSIONS}`,
      `POST ${VERSION}/platforms`,
      'PUT object',
      `POST ${VERSION}/platforms`,
      'PUT object',
      'PUT object',
      'PUT object',
    ]);
    await proxied.registry.readProviderVersion('anvil', V1);
    expect(requests().toSorted()).toEqual(CONFIRMING_READ.toSorted());
  });

  it('are two a provider for what is there, and one listing for all of them', async () => {
    await using proxied = await proxiedRegistry();
    await publish(proxied.registry);
    await publish(proxied.registry, 'bellows');
    const again = proxied.again();
    const requests = watch(proxied);
    const types = ['anvil', 'bellows'];
    await Promise.all(types.map((type) => again.registry.readProviderVersion(type, V1)));
    expect(requests().toSorted()).toEqual(
      [
        LISTING,
        ...types.flatMap((type) => CONFIRMING_READ.map((line) => line.replace('/anvil/', `/${type}/`))),
      ].toSorted(),
    );
  });

  it('are one for all providers that are absent', async () => {
    await using proxied = await proxiedRegistry();
    const requests = watch(proxied);
    const read = ['anvil', 'bellows', 'tongs'].map((type) => proxied.registry.readProviderVersion(type, V1));
    for (const present of await Promise.all(read)) expect(present.provider).toBe(false);
    expect(requests()).toEqual([LISTING]);
  });

  it.each([
    ['1.2.3', []],
    ['1.2.3-beta1', []],
    ['1.2.0', [`GET ${VERSIONS}?${ALL}`]],
    ['1.2.0-beta1', [`GET ${VERSIONS}?${ALL}`]],
    ['1.2.0+build.3', [`GET ${VERSIONS}?${ALL}`]],
  ])(
    'for version %s being absent list the versions only if it can be written shorter',
    async (text, more) => {
      await using proxied = await proxiedRegistry();
      await proxied.registry.createProvider('anvil');
      const requests = watch(proxied);
      const present = await proxied.registry.readProviderVersion('anvil', versionOf(text));
      expect(present).toEqual({ provider: true, version: undefined });
      expect(requests()).toEqual([`GET ${VERSIONS}/${text}`, ...more]);
    },
  );
});

describe('what is remembered of the providers', () => {
  it('never stands for a version, which is read anew each time', async () => {
    await using proxied = await proxiedRegistry();
    await publish(proxied.registry);
    const other = proxied.again().registry;
    expect((await other.readProviderVersion('anvil', V1)).version).toBeDefined();
    expect(await proxied.registry.deleteVersion('anvil', '1.0.0')).toBe('deleted');
    expect(await other.readProviderVersion('anvil', V1)).toEqual({ provider: true, version: undefined });
  });

  it('learns of a provider that somebody else created meanwhile', async () => {
    await using proxied = await proxiedRegistry();
    const other = proxied.again().registry;
    expect((await other.readProviderVersion('anvil', V1)).provider).toBe(false);
    await publish(proxied.registry);
    await other.createProvider('anvil');
    expect((await other.readProviderVersion('anvil', V1)).version?.platforms).toHaveLength(2);
  });

  it('learns of it from the creation of a version, too', async () => {
    await using proxied = await proxiedRegistry();
    const other = proxied.again().registry;
    expect((await other.readProviderVersion('anvil', V1)).provider).toBe(false);
    await proxied.registry.createProvider('anvil');
    await other.createVersion('anvil', V1, attributes);
    expect((await other.readProviderVersion('anvil', V1)).version).toBeDefined();
  });

  it('does not take a public entry for a private provider', async () => {
    const attributes = { name: 'anvil', namespace: 'acme', 'registry-name': 'public' };
    await using scripted = await scriptedRegistry(({ path }) =>
      path.startsWith(`${PROVIDERS}?`) ? { json: pageOf({ id: 'prov-9', attributes }) } : undefined,
    );
    expect((await scripted.registry.readProviderVersion('anvil', V1)).provider).toBe(false);
  });

  it('takes a provider from the second page of the listing', async () => {
    const page = (number: number, next: number | null, name: string) => ({
      json: {
        data: [providerDocument(`prov-${number}`, name)],
        meta: { pagination: { 'current-page': number, 'next-page': next, 'total-count': 2 } },
      },
    });
    await using scripted = await scriptedRegistry(({ path }) => {
      if (!path.startsWith(`${PROVIDERS}?`)) return undefined;
      return path.includes('page[number]=2') ? page(2, null, 'anvil') : page(1, 2, 'bellows');
    });
    expect((await scripted.registry.readProviderVersion('anvil', V1)).version).toBeDefined();
  });

  it('does not include a listing that failed', async () => {
    await using scripted = await scriptedRegistry(({ path }, nth) =>
      path.startsWith(`${PROVIDERS}?`) && nth <= 3 ? { status: 500 } : undefined,
    );
    const read = () => scripted.registry.readProviderVersion('anvil', V1);
    await expect(read()).rejects.toMatchObject({ code: 'DestinationUnavailable' });
    expect((await read()).version).toBeDefined();
  });
});

describe.each([
  ['is refused', { status: 403 }],
  ['does not add up', { json: { data: [] } }],
  ['cannot be read', { json: pageOf({ id: 'prov-1', attributes: {} }) }],
])('a listing of the providers that %s', (_, listing) => {
  const server = (there: 'version' | 'provider' | 'nothing') =>
    scriptedRegistry(({ path }) => {
      if (path.startsWith(`${PROVIDERS}?page[number]`)) return listing;
      if (there === 'version') return undefined;
      if (path === VERSION) return { status: 404 };
      if (there === 'provider') {
        return path.startsWith(`${VERSIONS}?`)
          ? { json: pageOf(versionDocument({ version: '2.0.0' })) }
          : undefined;
      }
      return path === PROVIDER || path.startsWith(VERSIONS) ? { status: 404 } : undefined;
    });

  it.each([
    ['version', { provider: true, version: { platforms: [{ uploaded: false }] } }],
    ['provider', { provider: true, version: undefined }],
    ['nothing', { provider: false, version: undefined }],
  ] as const)('leaves it to the provider itself to show: %s', async (there, expected) => {
    await using scripted = await server(there);
    expect(await scripted.registry.readProviderVersion('anvil', V1)).toMatchObject(expected);
  });
});
