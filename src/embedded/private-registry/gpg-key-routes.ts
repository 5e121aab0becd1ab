import { undocumentedAlgorithmRemark } from '../../domain/integrity/key-algorithm.ts';
import { readSigningKeys } from '../../domain/integrity/signing-key.ts';
import type { Exchange } from '../http-server/exchange.ts';
import type { Route } from '../http-server/router.ts';
import { paginate } from './pagination.ts';
import { badRequest, forbidden, invalidAttribute, notFound } from './refusal.ts';
import { apiAnswer, type Registry, readDocument } from './registry.ts';
import { createKeyRequest, type StoredKey, updateKeyRequest } from './schema.ts';

const KEYS_PATH = '/api/registry/:registry/v2/gpg-keys';
const KEY_PATH = `${KEYS_PATH}/:namespace/:keyId`;

/**
 * HCP Terraform API, "GPG keys", with the status codes of its tables: a PATCH and a DELETE answer 201.
 * Only RSA and DSA keys are taken, as HCP Terraform documents it, unless the registry is lenient.
 */
export function gpgKeyRoutes(registry: Registry): readonly Route[] {
  const route = (
    method: Route['method'],
    path: string,
    handle: (registry: Registry, exchange: Exchange) => ReturnType<Route['handle']>,
  ): Route => ({
    method,
    path,
    handle: (exchange) => {
      requirePrivate(exchange);
      return handle(registry, exchange);
    },
  });
  return [
    route('GET', KEYS_PATH, list),
    route('POST', KEYS_PATH, create),
    route('GET', KEY_PATH, async (...place) =>
      apiAnswer(200, { data: describe(await requireKey(...place)) }),
    ),
    route('PATCH', KEY_PATH, update),
    route('DELETE', KEY_PATH, async (...place) => {
      const key = await requireKey(...place);
      if (!(await registry.store.deleteKey(key.keyId))) throw notFound();
      return apiAnswer(201, { data: describe(key) });
    }),
  ];
}

function requirePrivate(exchange: Exchange): void {
  const name = exchange.param('registry');
  if (name === 'public') throw forbidden('GPG keys are not available for public providers');
  if (name !== 'private') throw notFound();
}

async function requireKey(registry: Registry, exchange: Exchange): Promise<StoredKey> {
  const key = await registry.store.findKey(exchange.param('keyId').toUpperCase());
  if (!key || key.namespace !== exchange.param('namespace')) throw notFound();
  return key;
}

async function list(registry: Registry, { query }: Exchange) {
  const namespaces = query.get('filter[namespace]')?.split(',').filter(Boolean) ?? [];
  if (namespaces.length === 0) throw badRequest('filter[namespace] is missing');
  if (!namespaces.includes(registry.organization)) {
    throw forbidden('None of the namespaces is an organization of this registry');
  }
  const { items, links, meta } = paginate(
    (await registry.store.listKeys()).filter((key) => namespaces.includes(key.namespace)),
    query,
    '/v2/gpg-keys',
    registry.pageSize,
  );
  const { self: _self, ...pages } = links;
  return apiAnswer(200, { data: items.map(describe), links: pages, meta });
}

async function create(registry: Registry, exchange: Exchange) {
  const { attributes } = (await readDocument(exchange, createKeyRequest)).data;
  requireOwnNamespace(registry, attributes.namespace);
  const now = registry.now().toISOString();
  const keyId = await keyIdOf(registry, attributes['ascii-armor']);
  const key = await registry.store.createKey({
    // A number, as the API's ids are, and no counter: keys may be added side by side.
    id: BigInt(`0x${keyId}`).toString(),
    createdAt: now,
    updatedAt: now,
    keyId,
    namespace: attributes.namespace,
    asciiArmor: attributes['ascii-armor'],
  });
  if (!key) throw invalidAttribute('key-id', 'has already been taken');
  return apiAnswer(201, { data: describe(key) });
}

async function update(registry: Registry, exchange: Exchange) {
  const key = await requireKey(registry, exchange);
  const { namespace } = (await readDocument(exchange, updateKeyRequest)).data.attributes;
  requireOwnNamespace(registry, namespace);
  const updatedAt = registry.now().toISOString();
  return apiAnswer(201, {
    data: describe(await registry.store.replaceKey({ ...key, namespace, updatedAt })),
  });
}

function requireOwnNamespace({ organization }: Registry, namespace: string): void {
  if (namespace !== organization) throw forbidden('body namespace not authorized');
}

/** The primary key's id. Throws Refusal 422 for anything but one readable public key of a documented algorithm. */
async function keyIdOf({ lenient }: Registry, asciiArmor: string): Promise<string> {
  const keys = await readSigningKeys(asciiArmor).catch(() => []);
  const [key] = keys;
  if (!key || keys.length > 1) throw invalidAttribute('ascii-armor', 'is not one valid GPG public key');
  if (!lenient && undocumentedAlgorithmRemark(key) !== undefined) {
    throw invalidAttribute(
      'ascii-armor',
      `is a key of ${key.algorithm}; only RSA and DSA keys are supported`,
    );
  }
  return key.keyId;
}

function describe(key: StoredKey) {
  return {
    type: 'gpg-keys',
    id: key.id,
    attributes: {
      'ascii-armor': key.asciiArmor,
      'created-at': withoutMilliseconds(key.createdAt),
      'key-id': key.keyId,
      namespace: key.namespace,
      source: '',
      'source-url': null,
      'trust-signature': '',
      'updated-at': withoutMilliseconds(key.updatedAt),
    },
    links: { self: `/v2/gpg-keys/${key.id}` },
  };
}

/** This API gives its times to the second, unlike the other one. */
function withoutMilliseconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
