import { afterEach, beforeEach } from 'vitest';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type { HttpClient, HttpClientOptions } from '../../../src/adapters/http/contract.ts';
import { type ChaosProxy, type Fault, startChaosProxy } from '../../support/chaos-proxy.ts';
import { type Handler, startHttpServer, type TestServer } from '../../support/http-server.ts';

export interface ProxiedServer {
  /** How the server answers; a test may put another in its place. */
  handle: Handler;
  readonly server: TestServer;
  readonly proxy: ChaosProxy;
  /** As of the last `connect`. */
  readonly client: HttpClient;
  connect(options: HttpClientOptions, faults: readonly Fault[]): void;
}

/** A server and a proxy before it that plays faults, new for every test of the file, and a client of them. */
export function proxiedServer(handle: Handler): ProxiedServer {
  let server: TestServer;
  let proxy: ChaosProxy;
  let client: HttpClient | undefined;
  const net: ProxiedServer = {
    handle,
    get server() {
      return server;
    },
    get proxy() {
      return proxy;
    },
    get client() {
      if (client === undefined) throw new Error('The test connects no client.');
      return client;
    },
    connect: (options, faults) => {
      proxy.addFaults(...faults);
      client = createHttpClient(options);
    },
  };
  beforeEach(async () => {
    net.handle = handle;
    server = await startHttpServer((request, response) => net.handle(request, response));
    proxy = await startChaosProxy({ target: server.url });
  });
  afterEach(async () => {
    await client?.close();
    await proxy.close();
    await server.close();
  });
  return net;
}
