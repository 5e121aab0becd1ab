import type { Exchange } from '../http-server/exchange.ts';
import type { Route } from '../http-server/router.ts';
import { paginate } from './pagination.ts';
import { invalidAttribute, notFound } from './refusal.ts';
import {
  apiAnswer,
  type FoundVersion,
  providerPath,
  type Registry,
  readDocument,
  requirePlatform,
  requireVersion,
} from './registry.ts';
import { LENIENT_REQUESTS, STRICT_REQUESTS, type StoredPlatform } from './schema.ts';
import { VERSION_PATH } from './version-routes.ts';

const PLATFORMS_PATH = `${VERSION_PATH}/platforms`;
const PLATFORM_PATH = `${PLATFORMS_PATH}/:os/:arch`;

/** HCP Terraform API, "Private provider versions and platforms": platforms. */
export function platformRoutes(registry: Registry): readonly Route[] {
  return [
    { method: 'GET', path: PLATFORMS_PATH, handle: (exchange) => list(registry, exchange) },
    { method: 'POST', path: PLATFORMS_PATH, handle: (exchange) => create(registry, exchange) },
    {
      method: 'GET',
      path: PLATFORM_PATH,
      handle: async (exchange) => {
        const found = await requirePlatform(registry, exchange);
        return apiAnswer(200, { data: await describe(registry, exchange, found, found.platform) });
      },
    },
    {
      method: 'DELETE',
      path: PLATFORM_PATH,
      handle: async (exchange) => {
        const { place, platform } = await requirePlatform(registry, exchange);
        if (!(await registry.store.deletePlatform(placeOf(place, platform)))) throw notFound();
        return { status: 204 };
      },
    },
  ];
}

async function list(registry: Registry, exchange: Exchange) {
  const found = await requireVersion(registry, exchange);
  const all = await registry.store.listPlatforms(found.place);
  const path = providerPath(registry.organization, found.provider);
  const base = `${exchange.origin}${path}/versions/${found.version.version}/platforms`;
  const { items, links, meta } = paginate(all, exchange.query, base, registry.pageSize);
  const data = await Promise.all(items.map((platform) => describe(registry, exchange, found, platform)));
  return apiAnswer(200, { data, links, meta });
}

async function create(registry: Registry, exchange: Exchange) {
  const found = await requireVersion(registry, exchange);
  const { createPlatform } = registry.lenient ? LENIENT_REQUESTS : STRICT_REQUESTS;
  const { attributes } = (await readDocument(exchange, createPlatform)).data;
  const platform = await registry.store.createPlatform(found.place, {
    id: registry.newId('provpltfrm'),
    createdAt: registry.now().toISOString(),
    ...attributes,
  });
  if (!platform) throw invalidAttribute('os', 'and arch have already been taken');
  return apiAnswer(201, { data: await describe(registry, exchange, found, platform) });
}

const placeOf = (place: FoundVersion['place'], { os, arch }: StoredPlatform) => ({
  ...place,
  platform: `${os}_${arch}`,
});

async function describe(
  { store, links }: Registry,
  { origin }: Exchange,
  { version, place }: FoundVersion,
  platform: StoredPlatform,
) {
  const own = placeOf(place, platform);
  const uploaded = (await store.sizeOf(store.packagePath(own))) !== undefined;
  const use = uploaded ? 'download' : 'upload';
  const link = links.create(origin, { use, file: 'provider-binary', owner: platform.id, ...own });
  return {
    id: platform.id,
    type: 'registry-provider-platforms',
    attributes: {
      os: platform.os,
      arch: platform.arch,
      filename: platform.filename,
      shasum: platform.shasum,
      permissions: { 'can-delete': true, 'can-upload-asset': true },
      'provider-binary-uploaded': uploaded,
    },
    relationships: {
      'registry-provider-version': { data: { id: version.id, type: 'registry-provider-versions' } },
    },
    links: { [`provider-binary-${use}`]: link },
  };
}
