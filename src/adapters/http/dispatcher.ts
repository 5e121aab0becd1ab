import type { LookupFunction } from 'node:net';
import * as tls from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { SyncError } from '../../domain/errors.ts';
import { certificatesOf } from './ca-bundle.ts';
import { holdPasswordOf } from './credentials.ts';
import { largeReads } from './socket-reads.ts';

export interface DispatcherOptions {
  readonly caBundle: string | undefined;
  readonly httpsProxy: string | undefined;
  readonly noProxy: string | undefined;
  /** For every connection but the one to the proxy, which the operator named. */
  readonly lookup: LookupFunction;
  readonly connectMs: number;
  readonly headersMs: number;
  readonly idleMs: number;
}

/** Connections, TLS and proxy. Throws CaBundleUnreadable and SettingsInvalid. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const secureContext = options.caBundle === undefined ? undefined : trusting(options.caBundle);
  const tls = { timeout: options.connectMs, ...(secureContext ? { secureContext } : {}) };
  const common = {
    connect: { ...tls, lookup: options.lookup, onread: largeReads() },
    headersTimeout: options.headersMs,
    bodyTimeout: options.idleMs,
    pipelining: 1,
  };
  if (!options.httpsProxy) return new Agent(common);
  assertProxyAddress(options.httpsProxy);
  return new EnvHttpProxyAgent({
    ...common,
    requestTls: tls,
    proxyTls: tls,
    // Empty rather than absent: what is absent is read from the environment.
    httpProxy: '',
    httpsProxy: options.httpsProxy,
    noProxy: options.noProxy ?? '',
  });
}

/** One context for all connections: parsing the roots costs milliseconds. */
function trusting(caBundle: string): tls.SecureContext {
  return tls.createSecureContext({ ca: [...platformRoots(), ...certificatesOf(caBundle, 'CA bundle')] });
}

/** With what NODE_EXTRA_CA_CERTS adds, where this Node can tell (22.15 and later). */
function platformRoots(): readonly string[] {
  const { getCACertificates }: Partial<typeof tls> = tls;
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

function assertProxyAddress(text: string): void {
  const url = URL.parse(text);
  if (url !== null) holdPasswordOf(url);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return;
  throw new SyncError(
    'SettingsInvalid',
    'The value of HTTPS_PROXY is no proxy address. Write http://HOST:PORT or https://HOST:PORT.',
  );
}
