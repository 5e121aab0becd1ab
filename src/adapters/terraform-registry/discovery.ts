import { isSyncError, SyncError } from '../../domain/errors.ts';
import { parseHttpAddress } from '../http/address.ts';
import type { HttpClient } from '../http/contract.ts';
import { readJson, requireLink } from './documents.ts';
import { discoverySchema } from './schema.ts';

const MAX_DISCOVERY_BYTES = 64 * 1024;
const WELL_KNOWN = '.well-known/terraform.json';

/** Finds the base URL, ending in "/", of the provider registry that a hostname offers. */
export type Discovery = (hostname: string) => Promise<URL>;

/**
 * Remote service discovery (`providers.v1` of the host's terraform.json), once per hostname and run; a failed
 * attempt is not kept. An address in `addresses` stands for its hostname: its own terraform.json is read,
 * and when it has none, the address itself is the base URL.
 */
export function createDiscovery(http: HttpClient, addresses: Readonly<Record<string, string>>): Discovery {
  const found = new Map<string, Promise<URL>>();
  return (hostname) => {
    const known = found.get(hostname);
    if (known) return known;
    const override = Object.hasOwn(addresses, hostname) ? addresses[hostname] : undefined;
    const attempt = discover(http, hostname, override).catch((error: unknown) => {
      found.delete(hostname);
      throw error;
    });
    found.set(hostname, attempt);
    return attempt;
  };
}

async function discover(http: HttpClient, hostname: string, override: string | undefined): Promise<URL> {
  const start = withSlash(parseHttpAddress(override ?? `https://${hostname}/`));
  const target = `the service discovery document of ${hostname}`;
  try {
    const url = new URL(WELL_KNOWN, start).href;
    const notFound = () => noRegistry(hostname, 'it has no /.well-known/terraform.json');
    const document = await readJson(
      http,
      { url, target, maxBytes: MAX_DISCOVERY_BYTES, notFound },
      discoverySchema,
    );
    const { providers } = document.data;
    if (providers === undefined) throw noRegistry(hostname, 'its terraform.json offers no providers.v1');
    return withSlash(requireLink(http, providers, { url: document.url, target }, 'providers.v1'));
  } catch (error) {
    if (override !== undefined && isSyncError(error) && error.code === 'ProviderNotFound') return start;
    throw error;
  }
}

function noRegistry(hostname: string, why: string): SyncError {
  return new SyncError(
    'ProviderNotFound',
    `${hostname} is not a provider registry: ${why}. Check "hostname" in the configuration.`,
  );
}

function withSlash(url: URL): URL {
  if (url.pathname.endsWith('/')) return url;
  const copy = new URL(url);
  copy.pathname += '/';
  return copy;
}
