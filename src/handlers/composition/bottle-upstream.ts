import { parseApiKeys, readApiKeys } from '../../adapters/homebrew/api-keys.ts';
import { createBottleRegistry, DEFAULT_BOTTLE_REGISTRY } from '../../adapters/homebrew/bottle-registry.ts';
import { createFormulaeApi, DEFAULT_FORMULAE_API } from '../../adapters/homebrew/formulae-api.ts';
import { hostOf, parseHttpAddress } from '../../adapters/http/address.ts';
import { createHttpClient } from '../../adapters/http/client.ts';
import type { HttpClientOptions } from '../../adapters/http/contract.ts';
import { type ApiKey, HOMEBREW_API_KEYS } from '../../domain/integrity/jws.ts';
import type { BottleRegistry, FormulaeApi } from '../../ports/bottle-source.ts';
import type { EnvironmentReader } from '../environment.ts';
import { readProxy } from '../settings.ts';
import { systemClock } from './clock.ts';

/** Thirty megabytes take their time through a proxy. */
const API_DOCUMENT_MS = 300_000;

/** What stands for formulae.brew.sh, ghcr.io and the API's key; each is the real one where the variable is not set. */
export interface BottleUpstreamSettings {
  readonly api: string | undefined;
  readonly registry: string | undefined;
  /** A JSON Web Key, or a set of them. */
  readonly keys: readonly ApiKey[] | undefined;
  /** As `keys`, in a file. */
  readonly keyFile: string | undefined;
  readonly proxy: ReturnType<typeof readProxy>;
}

export function readBottleUpstream(reader: EnvironmentReader): BottleUpstreamSettings {
  const address = (name: string) =>
    reader.parsed<string | undefined>(name, undefined, (text) =>
      parseHttpAddress(text).href.replace(/\/+$/, ''),
    );
  return {
    api: address('FORMULAE_API_ADDRESS'),
    registry: address('BOTTLE_REGISTRY_ADDRESS'),
    keys: reader.parsed<readonly ApiKey[] | undefined>('API_KEYS', undefined, (text) =>
      parseApiKeys(text, 'API_KEYS'),
    ),
    keyFile: reader.optional('API_KEY_FILE'),
    proxy: readProxy(reader),
  };
}

export interface BottleUpstream extends AsyncDisposable {
  readonly api: FormulaeApi;
  readonly registry: BottleRegistry;
}

/** The way to Homebrew's servers, which ends with `signal`. Throws SettingsInvalid. */
export async function connectBottleUpstream(
  { api, registry, keys, keyFile, proxy }: BottleUpstreamSettings,
  signal: AbortSignal,
  onRetry?: HttpClientOptions['onRetry'],
): Promise<BottleUpstream> {
  const trusted = keys ?? (keyFile === undefined ? HOMEBREW_API_KEYS : await readApiKeys(keyFile));
  const http = createHttpClient({
    side: 'upstream',
    userAgent: 'provider-sync-bottles',
    signal,
    allowedHosts: [api, registry].flatMap((each) => (each === undefined ? [] : [hostOf(new URL(each))])),
    timeouts: { documentMs: API_DOCUMENT_MS },
    ...(proxy === undefined ? {} : { proxy }),
    ...(onRetry === undefined ? {} : { onRetry }),
  });
  const clock = systemClock;
  return {
    api: createFormulaeApi({ http, address: api ?? DEFAULT_FORMULAE_API, keys: trusted, clock }),
    registry: createBottleRegistry({ http, origin: registry ?? DEFAULT_BOTTLE_REGISTRY, clock }),
    [Symbol.asyncDispose]: () => http.close(),
  };
}
