import { HASHICORP_KEY_ID } from '../../domain/integrity/signing-key.ts';
import type { Exchange } from '../http-server/exchange.ts';
import type { Route } from '../http-server/router.ts';
import { paginate } from './pagination.ts';
import { PROVIDER_PATH, providerPath } from './provider-routes.ts';
import { invalidAttribute, notFound } from './refusal.ts';
import {
  apiAnswer,
  type Registry,
  readDocument,
  requirePrivateProvider,
  requireVersion,
} from './registry.ts';
import { createVersionRequest, type StoredProvider, type StoredVersion } from './schema.ts';

const VERSIONS_PATH = `${PROVIDER_PATH}/versions`;
export const VERSION_PATH = `${VERSIONS_PATH}/:version`;

/** HCP Terraform API, "Private provider versions and platforms": versions. */
export function versionRoutes(registry: Registry): readonly Route[] {
  return [
    { method: 'GET', path: VERSIONS_PATH, handle: (exchange) => list(registry, exchange) },
    { method: 'POST', path: VERSIONS_PATH, handle: (exchange) => create(registry, exchange) },
    {
      method: 'GET',
      path: VERSION_PATH,
      handle: async (exchange) => {
        const { provider, version } = await requireVersion(registry, exchange);
        return apiAnswer(200, { data: await describe(registry, exchange, provider, version) });
      },
    },
    {
      method: 'DELETE',
      path: VERSION_PATH,
      handle: async (exchange) => {
        const { place } = await requireVersion(registry, exchange);
        if (!(await registry.store.deleteVersion(place))) throw notFound();
        return { status: 204 };
      },
    },
  ];
}

async function list(registry: Registry, exchange: Exchange) {
  const provider = await requirePrivateProvider(registry, exchange);
  const all = await registry.store.listVersions(provider.name);
  const base = `${exchange.origin}${providerPath(registry.organization, provider)}/versions`;
  const { items, links, meta } = paginate(all, exchange.query, base, registry.pageSize);
  const data = await Promise.all(items.map((version) => describe(registry, exchange, provider, version)));
  return apiAnswer(200, { data, links, meta });
}

async function create(registry: Registry, exchange: Exchange) {
  const provider = await requirePrivateProvider(registry, exchange);
  const { attributes } = (await readDocument(exchange, createVersionRequest)).data;
  const keyId = attributes['key-id'].toUpperCase();
  const builtIn = registry.builtInKey && keyId === HASHICORP_KEY_ID;
  if (!builtIn && !(await registry.store.findKey(keyId))) {
    throw invalidAttribute('key-id', 'is not the id of a GPG key of this organization');
  }
  const version = await registry.store.createVersion(provider.name, {
    id: registry.newId('provver'),
    createdAt: registry.now().toISOString(),
    version: attributes.version,
    keyId,
    protocols: attributes.protocols,
  });
  if (!version) throw invalidAttribute('version', 'has already been taken');
  return apiAnswer(201, { data: await describe(registry, exchange, provider, version) });
}

async function describe(
  registry: Registry,
  { origin }: Exchange,
  provider: StoredProvider,
  version: StoredVersion,
) {
  const { store, links, organization } = registry;
  const place = { name: provider.name, version: version.version };
  const platforms = await store.listPlatforms(place);
  const shasumsUploaded = (await store.sizeOf(store.shasumsPath(place))) !== undefined;
  const signatureUploaded = (await store.sizeOf(store.signaturePath(place))) !== undefined;
  const link = (file: 'shasums' | 'shasums-sig', uploaded: boolean) => {
    const use = uploaded ? 'download' : 'upload';
    return {
      [`${file}-${use}`]: links.create(origin, { use, file, owner: version.id, ...place, platform: '' }),
    };
  };
  return {
    id: version.id,
    type: 'registry-provider-versions',
    attributes: {
      version: version.version,
      'created-at': version.createdAt,
      'updated-at': version.createdAt,
      'key-id': version.keyId,
      protocols: version.protocols,
      permissions: { 'can-delete': true, 'can-upload-asset': true },
      'shasums-uploaded': shasumsUploaded,
      'shasums-sig-uploaded': signatureUploaded,
    },
    relationships: {
      'registry-provider': { data: { id: provider.id, type: 'registry-providers' } },
      platforms: {
        data: platforms.map(({ id }) => ({ id, type: 'registry-provider-platforms' })),
        links: { related: `${providerPath(organization, provider)}/versions/${version.version}/platforms` },
      },
    },
    links: { ...link('shasums', shasumsUploaded), ...link('shasums-sig', signatureUploaded) },
  };
}
