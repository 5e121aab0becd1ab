import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request with what its route found in it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path's named parts, percent-decoded. */
  param(name: string): string;
  readonly query: URLSearchParams;
  /** Scheme and authority the client used, from its Host header: the root of absolute links. */
  readonly origin: string;
}

/** A whole answer; `undefined` from a handler means that it has answered by itself. */
export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/**
 * Sees every request first; answers it and returns true, or returns false to let the server go on.
 * For tests that count requests or play faults.
 */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export function jsonAnswer(status: number, document: unknown, contentType = 'application/json'): Answer {
  return { status, contentType, body: JSON.stringify(document) };
}

export function sendAnswer(exchange: Pick<Exchange, 'request' | 'response'>, answer: Answer): void {
  const { request, response } = exchange;
  // What the client is still sending has to be read, or it never looks at the answer.
  request.resume();
  const body = answer.body === undefined ? undefined : Buffer.from(answer.body);
  response.writeHead(answer.status, {
    ...(body && { 'content-type': answer.contentType ?? 'application/octet-stream' }),
    ...(answer.status === 204 ? {} : { 'content-length': String(body?.length ?? 0) }),
    ...answer.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The origin the client used, or undefined when its Host header could not stand in a URL. */
export function originOf(request: IncomingMessage): string | undefined {
  const host = request.headers.host ?? `127.0.0.1:${request.socket.localPort}`;
  return /^(?:[0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host) ? `http://${host}` : undefined;
}
