import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { isatty, type WriteStream } from 'node:tty';
import { createBottleRegistry, DEFAULT_BOTTLE_REGISTRY } from '../adapters/homebrew/bottle-registry.ts';
import { createFormulaeApi, DEFAULT_FORMULAE_API } from '../adapters/homebrew/formulae-api.ts';
import { hostOf } from '../adapters/http/address.ts';
import { createHttpClient } from '../adapters/http/client.ts';
import type { HttpClient, HttpClientOptions } from '../adapters/http/contract.ts';
import { createPublicRegistry } from '../adapters/terraform-registry/public-registry.ts';
import { connectPrivateRegistry } from '../adapters/tfe/connect.ts';
import type { PrivateRegistry } from '../adapters/tfe/contract.ts';
import type { ApiKey } from '../domain/integrity/jws.ts';
import { DEFAULT_HOSTNAME } from '../domain/provider/address.ts';
import type { BottleRegistry, FormulaeApi } from '../ports/bottle-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { Destination } from '../ports/destination.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Progress } from '../ports/progress.ts';
import type { PublicRegistry } from '../ports/public-registry.ts';
import type { SigningKeys } from '../ports/signing-keys.ts';
import type { VersionStore } from '../ports/version-store.ts';
import type { CliIo, Output, StopSignal } from './io.ts';
import type { DestinationSettings, NetworkSettings, UpstreamSettings } from './settings.ts';
import { USER_AGENT } from './version.ts';

/** HCP Terraform answers 429 beyond 30 requests a second and user. */
const DESTINATION_REQUESTS_PER_SECOND = 30;

export interface RunContext {
  readonly reporter: EventLog & Progress;
  readonly signal: AbortSignal;
}

export interface Upstream extends AsyncDisposable {
  readonly publicRegistry: PublicRegistry;
}

export interface PrivateRegistryAccess extends AsyncDisposable {
  readonly organization: string;
  readonly privateRegistry: PrivateRegistry;
  readonly signingKeys: SigningKeys;
  readonly destination: Destination & VersionStore;
}

export const systemClock: Clock = { now: () => new Date(), monotonic: () => performance.now() };

export function composeUpstream(
  settings: UpstreamSettings & { readonly network: NetworkSettings },
  context: RunContext,
): Upstream {
  const http = createHttpClient(httpOptions('upstream', settings.network, context, settings.registry));
  const addresses = settings.registry === undefined ? {} : { [DEFAULT_HOSTNAME]: settings.registry };
  return { publicRegistry: createPublicRegistry({ http, addresses }), ...closing(http) };
}

export interface HomebrewSettings {
  /** What stands for formulae.brew.sh/api and for ghcr.io; undefined for these themselves. */
  readonly api: string | undefined;
  readonly registry: string | undefined;
  /** Whom the API must be signed by. */
  readonly keys: readonly ApiKey[];
}

export interface Homebrew extends AsyncDisposable {
  readonly api: FormulaeApi;
  readonly registry: BottleRegistry;
}

/** 30 MB that a slow line brings in a few minutes. */
const API_DOCUMENT_MS = 300_000;

export function composeHomebrew(
  settings: HomebrewSettings & { readonly network: NetworkSettings },
  context: RunContext,
): Homebrew {
  const stack = new AsyncDisposableStack();
  const connect = (address: string | undefined) => {
    const options = httpOptions('upstream', settings.network, context, address);
    const http = createHttpClient({ ...options, timeouts: { documentMs: API_DOCUMENT_MS } });
    stack.use(closing(http));
    return http;
  };
  const { api, registry, keys } = settings;
  return {
    api: createFormulaeApi({
      http: connect(api),
      address: api ?? DEFAULT_FORMULAE_API,
      keys,
      clock: systemClock,
    }),
    registry: createBottleRegistry({
      http: connect(registry),
      origin: registry ?? DEFAULT_BOTTLE_REGISTRY,
      clock: systemClock,
    }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export function composeDestination(
  settings: DestinationSettings & { readonly name?: string | undefined; readonly network: NetworkSettings },
  context: RunContext,
): PrivateRegistryAccess {
  const http = createHttpClient({
    ...httpOptions('destination', settings.network, context, settings.address),
    requestsPerSecond: DESTINATION_REQUESTS_PER_SECOND,
  });
  const { name, address, organization, token } = settings;
  const connected = connectPrivateRegistry({
    ...(name === undefined ? {} : { name }),
    http,
    address,
    organization,
    token,
    clock: systemClock,
  });
  return {
    organization,
    privateRegistry: connected.registry,
    signingKeys: connected.signingKeys,
    destination: connected.destination,
    ...closing(http),
  };
}

/** A connection to what is no registry of providers. `host` was named by the user, so it may have a private address. */
export function composeHttp(
  host: string,
  network: NetworkSettings,
  context: RunContext,
): AsyncDisposable & { readonly client: HttpClient } {
  const client = createHttpClient(httpOptions('destination', network, context, `https://${host}`));
  return { client, ...closing(client) };
}

function httpOptions(
  side: HttpClientOptions['side'],
  { caBundle, httpsProxy, noProxy, allowedHosts }: NetworkSettings,
  { reporter, signal }: RunContext,
  /** The registry that was named, which may have a private address. */
  address: string | undefined,
): HttpClientOptions {
  return {
    side,
    allowedHosts: [...allowedHosts, ...(address === undefined ? [] : [hostOf(new URL(address))])],
    userAgent: USER_AGENT,
    signal,
    ...(caBundle === undefined ? {} : { caBundle }),
    ...(httpsProxy === undefined
      ? {}
      : { proxy: { httpsProxy, ...(noProxy === undefined ? {} : { noProxy }) } }),
    onRetry: (event) => reporter.signal({ kind: 'RequestRetried', ...event }),
  };
}

function closing(http: HttpClient): AsyncDisposable {
  return { [Symbol.asyncDispose]: async () => await http.close() };
}

/** This process as the command line sees it: the only place that reads its environment. */
export function processIo(): CliIo {
  return {
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    environment: process.env,
    monotonic: () => performance.now(),
    onStopSignal: (listener) => {
      const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
      const listeners = signals.map((signal) => [signal, () => listener(signal)] as const);
      for (const [signal, handler] of listeners) process.on(signal, handler);
      return () => {
        for (const [signal, handler] of listeners) process.off(signal, handler);
      };
    },
    ...(isatty(process.stdin.fd) && isatty(process.stderr.fd) ? { ask: askOnTerminal } : {}),
    stdin: process.stdin,
    every: (milliseconds, tick) => {
      const timer = setInterval(tick, milliseconds).unref();
      return () => clearInterval(timer);
    },
    exit: (code) => process.exit(code),
  };
}

/** The terminal itself edits the line and turns Ctrl-C into a signal, as it does everywhere else. */
async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  lines.on('close', () => resolve(''));
  lines.question(question, resolve);
  try {
    signal.throwIfAborted();
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
  }
}

function outputTo(stream: WriteStream & { readonly fd: number }): Output {
  // A reader that left, as in "provider-sync plan | head", is no failure of the run.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const isTerminal = isatty(stream.fd);
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    columns: isTerminal && stream.columns > 0 ? stream.columns : Number.POSITIVE_INFINITY,
    color: isTerminal && stream.hasColors(process.env),
    stream,
  };
}
