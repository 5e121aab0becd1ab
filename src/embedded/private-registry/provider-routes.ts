import type { Exchange } from '../http-server/exchange.ts';
import type { Route } from '../http-server/router.ts';
import { paginate } from './pagination.ts';
import { invalidAttribute, notFound } from './refusal.ts';
import {
  apiAnswer,
  isIncluded,
  providerPath,
  type Registry,
  readDocument,
  requireOrganization,
  requireProvider,
} from './registry.ts';
import { createProviderRequest, type StoredProvider } from './schema.ts';
import { describeVersion } from './version-document.ts';

/** Both a resource's type and the name by which HashiCorp's client library asks for them and reads them. */
const VERSIONS = 'registry-provider-versions';
const PROVIDERS_PATH = '/api/v2/organizations/:organization/registry-providers';
export const PROVIDER_PATH = `${PROVIDERS_PATH}/:registry/:namespace/:name`;

/** HCP Terraform API, "Registry providers". */
export function providerRoutes(registry: Registry): readonly Route[] {
  return [
    { method: 'GET', path: PROVIDERS_PATH, handle: (exchange) => list(registry, exchange) },
    { method: 'POST', path: PROVIDERS_PATH, handle: (exchange) => create(registry, exchange) },
    {
      method: 'GET',
      path: PROVIDER_PATH,
      handle: async (exchange) => {
        const provider = await requireProvider(registry, exchange);
        const included = await includedVersions(registry, exchange, [provider]);
        return apiAnswer(200, { data: await describe(registry, provider, included), ...included });
      },
    },
    {
      method: 'DELETE',
      path: PROVIDER_PATH,
      handle: async (exchange) => {
        const provider = await requireProvider(registry, exchange);
        if (!(await registry.store.deleteProvider(provider))) throw notFound();
        return { status: 204 };
      },
    },
  ];
}

async function list(registry: Registry, exchange: Exchange) {
  requireOrganization(registry, exchange);
  const { query, origin } = exchange;
  const wanted = query.get('q') ?? '';
  const registryName = query.get('filter[registry_name]');
  const organization = query.get('filter[organization_name]') ?? registry.organization;
  const all = (await registry.store.listProviders()).filter(
    (provider) =>
      (provider.name.includes(wanted) || provider.namespace.includes(wanted)) &&
      (registryName === null || provider.registryName === registryName) &&
      organization === registry.organization,
  );
  const base = `${origin}/api/v2/organizations/${registry.organization}/registry-providers`;
  const { items, links, meta } = paginate(all, query, base, registry.pageSize);
  const included = await includedVersions(registry, exchange, items);
  const data = await Promise.all(items.map((provider) => describe(registry, provider, included)));
  return apiAnswer(200, { data, ...included, links, meta });
}

interface Included {
  readonly included?: readonly object[];
}

/** "Available related resources" of the API: the versions, for who asks for them. */
async function includedVersions(
  registry: Registry,
  exchange: Exchange,
  providers: readonly StoredProvider[],
): Promise<Included> {
  if (!isIncluded(exchange, VERSIONS)) return {};
  const included = await Promise.all(
    providers
      .filter(({ registryName }) => registryName === 'private')
      .map(async (provider) => {
        const versions = await registry.store.listVersions(provider.name);
        return Promise.all(versions.map((version) => describeVersion(registry, exchange, provider, version)));
      }),
  );
  return { included: included.flat() };
}

async function create(registry: Registry, exchange: Exchange) {
  requireOrganization(registry, exchange);
  const { attributes } = (await readDocument(exchange, createProviderRequest)).data;
  const { name, namespace, 'registry-name': registryName } = attributes;
  if (registryName === 'private' && namespace !== registry.organization) {
    throw invalidAttribute('namespace', `must be the organization's name, "${registry.organization}"`);
  }
  const provider = await registry.store.createProvider({
    id: registry.newId('prov'),
    createdAt: registry.now().toISOString(),
    registryName,
    namespace,
    name,
  });
  if (!provider) throw invalidAttribute('name', 'has already been taken');
  return apiAnswer(201, { data: await describe(registry, provider) });
}

async function describe(
  { organization, store }: Registry,
  provider: StoredProvider,
  { included }: Included = {},
) {
  const self = providerPath(organization, provider);
  const isPrivate = provider.registryName === 'private';
  const stored = isPrivate ? await store.listVersions(provider.name) : [];
  const versions = { data: stored.map(({ id }) => ({ id, type: VERSIONS })), links: { related: self } };
  return {
    id: provider.id,
    type: 'registry-providers',
    attributes: {
      name: provider.name,
      namespace: provider.namespace,
      'registry-name': provider.registryName,
      'created-at': provider.createdAt,
      'updated-at': provider.createdAt,
      permissions: { 'can-delete': true },
    },
    relationships: {
      organization: { data: { id: organization, type: 'organizations' } },
      ...(isPrivate && { versions, ...(included && { [VERSIONS]: versions }) }),
    },
    links: { self },
  };
}
