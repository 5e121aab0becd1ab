import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretTokenSource, readSecretCaBundle } from '../../adapters/aws/secrets.ts';
import { hostOf } from '../../adapters/http/address.ts';
import { createHttpClient } from '../../adapters/http/client.ts';
import type { HttpClient, HttpClientOptions } from '../../adapters/http/contract.ts';
import { createRateLimiter, type RateLimiter } from '../../adapters/http/rate-limiter.ts';
import type { TokenSource } from '../../ports/token-source.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { type DestinationSettings, readAllowedHosts, readProxy } from '../settings.ts';
import { traceMethods } from '../tracing.ts';
import { systemClock } from './clock.ts';
import { SDK_OPTIONS } from './sdk.ts';

/** HCP Terraform answers 429 beyond 30 requests a second and user; five functions run side by side. */
const DESTINATION_REQUESTS_PER_SECOND = 6;

/** Kept with the container, by address: a limit that began anew with every invocation would be none. */
const limiters = new Map<string, RateLimiter>();

function limiterOf(address = ''): RateLimiter {
  const limiter = limiters.get(address) ?? createRateLimiter({ perSecond: DESTINATION_REQUESTS_PER_SECOND });
  limiters.set(address, limiter);
  return limiter;
}

/** How long one document is asked for again: the state machine has retries of its own for longer breaks. */
const DOCUMENT_RETRY_MS = 60_000;

export interface RegistryAccess {
  /** The token in a secret, kept with the container. */
  token(secretName: string): TokenSource;
  /** A client whose every request ends with `signal`; the host of `address` may have a private address. */
  connect(side: HttpClientOptions['side'], signal: AbortSignal, address?: string): Promise<HttpClient>;
}

/** The way to the registries: token and CA bundle are read from Secrets Manager when they are first needed. */
export function composeRegistryAccess(
  runtime: Runtime,
  { caBundleSecretName }: Pick<DestinationSettings, 'caBundleSecretName'>,
): RegistryAccess {
  const { trace } = runtime;
  const { allowedHosts, proxy } = readSettings(runtime.environment, (reader) => ({
    allowedHosts: readAllowedHosts(reader),
    proxy: readProxy(reader),
  }));
  const secrets = new SecretsManagerClient(SDK_OPTIONS);
  const tokens = new Map<string, TokenSource>();
  let caBundle: string | undefined;
  return {
    token: (secretName) => {
      const source =
        tokens.get(secretName) ?? createSecretTokenSource({ secrets, secretName, clock: systemClock });
      tokens.set(secretName, source);
      return traceMethods(trace, 'Secrets Manager read token', source, ['read']);
    },
    connect: async (side, signal, address) => {
      if (caBundleSecretName !== undefined) {
        caBundle ??= await trace('Secrets Manager read CA bundle', () =>
          readSecretCaBundle(secrets, caBundleSecretName),
        );
      }
      const named = address === undefined ? [] : [hostOf(new URL(address))];
      return httpClient(runtime, side, signal, {
        caBundle,
        proxy,
        allowedHosts: [...allowedHosts[side], ...named],
        ...(side === 'destination' ? { limiter: limiterOf(address) } : {}),
      });
    },
  };
}

function httpClient(
  { telemetry: { reporter }, trace }: Runtime,
  side: HttpClientOptions['side'],
  signal: AbortSignal,
  {
    caBundle,
    proxy,
    allowedHosts,
    limiter,
  }: {
    readonly caBundle: string | undefined;
    readonly proxy: ReturnType<typeof readProxy>;
    readonly allowedHosts: readonly string[];
    readonly limiter?: RateLimiter;
  },
): HttpClient {
  const http = createHttpClient({
    side,
    userAgent: 'terraform-provider-synchronizer',
    signal,
    allowedHosts,
    ...(caBundle === undefined ? {} : { caBundle }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(limiter === undefined ? {} : { limiter }),
    retry: { totalMs: DOCUMENT_RETRY_MS },
    onRetry: (event) => reporter.signal({ kind: 'RequestRetried', ...event }),
  });
  const name = side === 'upstream' ? 'public registry' : 'private registry';
  return traceMethods(trace, name, http, ['request', 'open', 'send']);
}
