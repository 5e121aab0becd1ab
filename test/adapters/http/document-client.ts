import { beforeEach, expect } from 'vitest';
import type { HttpClient, HttpClientOptions, HttpRequest } from '../../../src/adapters/http/contract.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import type { Fault } from '../../support/chaos-proxy.ts';
import { readBody } from '../../support/http-server.ts';
import { type ProxiedServer, proxiedServer } from './proxied-server.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

export interface DocumentClient {
  readonly net: ProxiedServer;
  /** Milliseconds that the client would have waited. */
  readonly waits: readonly number[];
  readonly retries: readonly { readonly target: string; readonly attempt: number; readonly reason: string }[];
  readonly startClient: (options?: Partial<HttpClientOptions>, ...faults: readonly Fault[]) => void;
  readonly ask: (overrides?: Partial<HttpRequest>) => ReturnType<HttpClient['request']>;
}

/** A client that asks for documents. Waits are recorded and not made; the jitter is the whole of what it may be. */
export function documentClient(): DocumentClient {
  const waits: number[] = [];
  const retries: DocumentClient['retries'][number][] = [];
  const net = proxiedServer(async (request, response) => {
    await readBody(request);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
  beforeEach(() => {
    waits.length = 0;
    retries.length = 0;
  });
  const startClient: DocumentClient['startClient'] = (options = {}, ...faults) => {
    const defaults: HttpClientOptions = {
      side: 'destination',
      userAgent: 'provider-sync/test',
      now: () => NOW,
      monotonic: () => 0,
      sleep: async (milliseconds) => void waits.push(milliseconds),
      onRetry: (event) => retries.push(event),
    };
    const retry = { attempts: 4, baseDelayMs: 100, maxDelayMs: 5000, random: () => 1, ...options.retry };
    net.connect({ ...defaults, ...options, retry }, faults);
  };
  const ask: DocumentClient['ask'] = (overrides = {}) =>
    net.client.request({
      method: 'GET',
      url: `${net.proxy.url}/things?secret=1`,
      target: 'the things',
      maxBytes: 1000,
      ...overrides,
    });
  return { net, waits, retries, startClient, ask };
}

export async function errorOf(promise: Promise<unknown>): Promise<SyncError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SyncError);
  return error as SyncError;
}

export const answer = (status: number, headers: Record<string, string> = {}) =>
  ({ kind: 'answer', status, headers }) as const;
