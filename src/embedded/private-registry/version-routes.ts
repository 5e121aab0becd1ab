import { HASHICORP_KEY_ID } from '../../domain/integrity/signing-key.ts';
import type { Exchange } from '../http-server/exchange.ts';
import type { Route } from '../http-server/router.ts';
import { paginate } from './pagination.ts';
import { PROVIDER_PATH } from './provider-routes.ts';
import { invalidAttribute, notFound } from './refusal.ts';
import {
  apiAnswer,
  providerPath,
  type Registry,
  readDocument,
  requirePrivateProvider,
  requireVersion,
} from './registry.ts';
import { LENIENT_REQUESTS, STRICT_REQUESTS } from './schema.ts';
import { describeVersion } from './version-document.ts';

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
        return apiAnswer(200, { data: await describeVersion(registry, exchange, provider, version) });
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
  const data = await Promise.all(
    items.map((version) => describeVersion(registry, exchange, provider, version)),
  );
  return apiAnswer(200, { data, links, meta });
}

async function create(registry: Registry, exchange: Exchange) {
  const provider = await requirePrivateProvider(registry, exchange);
  const { createVersion } = registry.lenient ? LENIENT_REQUESTS : STRICT_REQUESTS;
  const { attributes } = (await readDocument(exchange, createVersion)).data;
  const keyId = attributes['key-id'];
  const builtIn = registry.builtInKey && keyId === HASHICORP_KEY_ID;
  if (!registry.lenient && !builtIn && !(await registry.store.findKey(keyId))) {
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
  return apiAnswer(201, { data: await describeVersion(registry, exchange, provider, version) });
}
