import type { HttpClient } from '../../src/adapters/http/contract.ts';
import { SyncError } from '../../src/domain/errors.ts';

/**
 * Returns what to call before every operation: it lets `operations` of them pass and throws at each one after, as
 * if the process had died. Undefined: none dies.
 */
export function dyingAfter(operations: number | undefined): () => void {
  let left = operations ?? Number.POSITIVE_INFINITY;
  return () => {
    if (left <= 0) throw new SyncError('DestinationUnavailable', 'The process is dead by now.');
    left -= 1;
  };
}

/** A client that carries out so many requests and fails at every later one. */
export function dyingClient(client: HttpClient, dieAfter: number | undefined): HttpClient {
  const operation = dyingAfter(dieAfter);
  return {
    ...client,
    request: async (request) => {
      operation();
      return await client.request(request);
    },
    open: async (request) => {
      operation();
      return await client.open(request);
    },
    send: async (request) => {
      operation();
      return await client.send(request);
    },
  };
}
