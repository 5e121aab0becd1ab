import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretTokenSource, readSecretCaBundle } from '../../adapters/aws/secrets.ts';
import { createHttpClient } from '../../adapters/http/client.ts';
import type { HttpClient, HttpClientOptions } from '../../adapters/http/contract.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TokenSource } from '../../ports/token-source.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { type DestinationSettings, readAllowedHosts, readProxy } from '../settings.ts';
import { traceMethods } from '../tracing.ts';
import { SDK_OPTIONS } from './sdk.ts';

/** HCP Terraform answers 429 beyond 30 requests a second and user; five functions run side by side. */
const DESTINATION_REQUESTS_PER_SECOND = 6;

/** How long one document is asked for again: the state machine has retries of its own for longer breaks. */
const DOCUMENT_RETRY_MS = 60_000;

export const systemClock: Clock = { now: () => new Date(), monotonic: () => performance.now() };

export interface RegistryAccess {
  readonly token: TokenSource;
  /** A client whose every request ends with `signal`. */
  connect(side: HttpClientOptions['side'], signal: AbortSignal): Promise<HttpClient>;
}

/** The way to the registries: token and CA bundle are read from Secrets Manager when they are first needed. */
export function composeRegistryAccess(
  runtime: Runtime,
  { tokenSecretName, caBundleSecretName }: DestinationSettings,
): RegistryAccess {
  const { trace } = runtime;
  const { allowedHosts, proxy } = readSettings(runtime.environment, (reader) => ({
    allowedHosts: readAllowedHosts(reader),
    proxy: readProxy(reader),
  }));
  const secrets = new SecretsManagerClient(SDK_OPTIONS);
  const source = createSecretTokenSource({ secrets, secretName: tokenSecretName, clock: systemClock });
  let caBundle: string | undefined;
  return {
    token: traceMethods(trace, 'Secrets Manager read token', source, ['read']),
    connect: async (side, signal) => {
      if (caBundleSecretName !== undefined) {
        caBundle ??= await trace('Secrets Manager read CA bundle', () =>
          readSecretCaBundle(secrets, caBundleSecretName),
        );
      }
      return httpClient(runtime, side, signal, { caBundle, proxy, allowedHosts: allowedHosts[side] });
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
  }: {
    readonly caBundle: string | undefined;
    readonly proxy: ReturnType<typeof readProxy>;
    readonly allowedHosts: readonly string[];
  },
): HttpClient {
  const http = createHttpClient({
    side,
    userAgent: 'terraform-provider-synchronizer',
    signal,
    allowedHosts,
    ...(caBundle === undefined ? {} : { caBundle }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(side === 'destination' ? { requestsPerSecond: DESTINATION_REQUESTS_PER_SECOND } : {}),
    retry: { totalMs: DOCUMENT_RETRY_MS },
    onRetry: (event) => reporter.signal({ kind: 'RequestRetried', ...event }),
  });
  const name = side === 'upstream' ? 'public registry' : 'private registry';
  return traceMethods(trace, name, http, ['request', 'open', 'send']);
}
