import type { IncomingMessage } from 'node:http';
import type { Answer, Exchange } from '../http-server/exchange.ts';
import { jsonAnswer } from '../http-server/exchange.ts';
import { badRequest, forbidden, invalidBody, JSON_API, notFound, Refusal } from './refusal.ts';
import type { Schema, StoredPlatform, StoredProvider, StoredVersion } from './schema.ts';
import type { SignedLinks } from './signed-links.ts';
import type { Store } from './store.ts';

/** What every endpoint works with. */
export interface Registry {
  readonly organization: string;
  readonly store: Store;
  readonly links: SignedLinks;
  /** Items on a page when the client does not say. */
  readonly pageSize: number;
  /** Whether versions may name HashiCorp's own key without the organization having it. */
  readonly builtInKey: boolean;
  /** Whether keys, key ids and digests are taken that no client could verify anything with. */
  readonly lenient: boolean;
  now(): Date;
  /** `prefix` and 16 random characters: "prov-y5KZUsSBRLV9zCtL". */
  newId(prefix: string): string;
}

const MAX_DOCUMENT_BYTES = 1024 * 1024;

export const apiAnswer = (status: number, document: unknown): Answer =>
  jsonAnswer(status, document, JSON_API);

/** The request's document, checked. Throws Refusal 400, 413, 415 or 422. */
export async function readDocument<T>({ request }: Exchange, schema: Schema<T>): Promise<T> {
  const mediaType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== JSON_API) {
    throw new Refusal(415, [{ title: 'unsupported media type', detail: `Content-Type must be ${JSON_API}` }]);
  }
  const body = await readBody(request, MAX_DOCUMENT_BYTES);
  if (!body) throw new Refusal(413, [{ title: 'payload too large' }]);
  const parsed = schema.safeParse(parseJson(body.toString('utf8')));
  if (!parsed.success) throw invalidBody(parsed.error);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('The request body is not JSON');
  }
}

/**
 * Whether the request wants the related resources `name` in its answer. Throws Refusal 400 for any other, as JSON:API
 * asks of a server that does not support it; without `name` none is supported.
 */
export function isIncluded({ query }: Exchange, name?: string): boolean {
  const wanted = (query.get('include') ?? '').split(',').filter(Boolean);
  const other = wanted.find((each) => each !== name);
  if (other !== undefined) throw badRequest(`include=${other} is not supported here`);
  return wanted.length > 0;
}

/** Throws Refusal 404 unless the path names this registry's organization. */
export function requireOrganization(registry: Registry, exchange: Exchange): void {
  if (exchange.param('organization') !== registry.organization) throw notFound();
}

/** The API's path of a provider. */
export function providerPath(organization: string, provider: StoredProvider): string {
  const { registryName, namespace, name } = provider;
  return `/api/v2/organizations/${organization}/registry-providers/${registryName}/${namespace}/${name}`;
}

/** The provider in the path. Throws Refusal 404. */
export async function requireProvider(registry: Registry, exchange: Exchange): Promise<StoredProvider> {
  requireOrganization(registry, exchange);
  const provider = await registry.store.findProvider({
    registryName: exchange.param('registry'),
    namespace: exchange.param('namespace'),
    name: exchange.param('name'),
  });
  if (!provider) throw notFound();
  return provider;
}

/** Like requireProvider; versions and platforms are for private providers, so a public one is Refusal 403. */
export async function requirePrivateProvider(
  registry: Registry,
  exchange: Exchange,
): Promise<StoredProvider> {
  if (exchange.param('registry') === 'public') {
    throw forbidden('Versions are not available for public providers');
  }
  return requireProvider(registry, exchange);
}

export interface FoundVersion {
  readonly provider: StoredProvider;
  readonly version: StoredVersion;
  readonly place: { readonly name: string; readonly version: string };
}

/** The version in the path. Throws Refusal 403 or 404. */
export async function requireVersion(registry: Registry, exchange: Exchange): Promise<FoundVersion> {
  const provider = await requirePrivateProvider(registry, exchange);
  const place = { name: provider.name, version: exchange.param('version') };
  const version = await registry.store.findVersion(place);
  if (!version) throw notFound();
  return { provider, version, place };
}

export interface FoundPlatform extends FoundVersion {
  readonly platform: StoredPlatform;
}

/** The platform in the path. Throws Refusal 403 or 404. */
export async function requirePlatform(registry: Registry, exchange: Exchange): Promise<FoundPlatform> {
  const found = await requireVersion(registry, exchange);
  const name = `${exchange.param('os')}_${exchange.param('arch')}`;
  const platform = await registry.store.findPlatform({ ...found.place, platform: name });
  if (!platform) throw notFound();
  return { ...found, platform };
}

/** The whole body, or undefined when it is larger than `maxBytes`; rejects when it breaks off. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the client gets to see the answer.
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : undefined;
}
