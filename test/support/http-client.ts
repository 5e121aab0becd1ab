import { createHttpClient } from '../../src/adapters/http/client.ts';
import type { HttpClient, HttpClientOptions, Side } from '../../src/adapters/http/contract.ts';

export interface TestHttpClient extends HttpClient, AsyncDisposable {
  /** How long each repetition would have waited, in milliseconds; no test waits. */
  readonly waits: readonly number[];
}

/** The real client, with at most three attempts and no time between them. */
export function testHttpClient(side: Side, options: Partial<HttpClientOptions> = {}): TestHttpClient {
  const waits: number[] = [];
  const client = createHttpClient({
    side,
    userAgent: 'provider-sync-test',
    retry: { attempts: 3, random: () => 0 },
    sleep: async (milliseconds) => void waits.push(milliseconds),
    ...options,
  });
  return { ...client, waits, [Symbol.asyncDispose]: () => client.close() };
}
