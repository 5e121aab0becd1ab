import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SyncError } from '../../domain/errors.ts';

export interface RunningServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Breaks off what is under way and frees the port. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 and nowhere else; port 0 takes any free one.
 * Throws ArgumentsInvalid when the port is taken or not allowed.
 */
export async function listenOnLoopback(server: Server, port: number): Promise<RunningServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(port, cause)));
    server.listen({ host: '127.0.0.1', port }, resolve);
  });
  const taken = (server.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${taken}`, port: taken, close: () => close(server) };
}

function cannotListen(port: number, cause: Error): SyncError {
  return new SyncError(
    'ArgumentsInvalid',
    `Cannot listen on 127.0.0.1:${port} (${cause.message}). Choose another port.`,
    { cause },
  );
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
