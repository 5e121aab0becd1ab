import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';

export interface TestServer {
  /** `http://127.0.0.1:PORT` (or https), without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Cuts every open connection. */
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A real server on any free port of 127.0.0.1. A handler that throws has its connection cut. */
export async function startHttpServer(
  handler: Handler,
  tls?: { readonly key: string; readonly cert: string },
): Promise<TestServer> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    request.on('error', () => {});
    response.on('error', () => {});
    Promise.resolve()
      .then(() => handler(request, response))
      .catch(() => response.destroy());
  };
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener);
  const port = await listen(server);
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
