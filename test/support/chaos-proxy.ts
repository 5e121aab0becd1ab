import { once } from 'node:events';
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHttpServer } from './http-server.ts';

/** What goes wrong with one request. `afterBytes` counts body bytes; 0 means after the headers alone. */
export type ChaosAction =
  /** Answers at once, once the request body is read; the target never hears of the request. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** 200 with a captive portal's page; the target never hears of the request. */
  | { readonly kind: 'html' }
  /** Cuts the connection before anything is forwarded. */
  | { readonly kind: 'drop' }
  /** The target processes the request, but its answer never arrives. */
  | { readonly kind: 'lose-answer' }
  /** Cuts both connections once `afterBytes` of the request body went to the target. */
  | { readonly kind: 'drop-request'; readonly afterBytes: number }
  /** Cuts the connection once `afterBytes` of the answer's body went to the client. */
  | { readonly kind: 'drop-response'; readonly afterBytes: number }
  /** Ends the answer properly, with a content-length to match, after `afterBytes`. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** Inverts the byte at this index of the answer's body. */
  | { readonly kind: 'flip-byte'; readonly at: number }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number }
  /** Sends `afterBytes` of the answer's body (default: not even headers) and then nothing, ever. */
  | { readonly kind: 'stall'; readonly afterBytes?: number };

export interface Fault {
  /** Default: any. */
  readonly method?: string | readonly string[];
  /** Tried on path and query. Default: any. */
  readonly path?: RegExp;
  /** How many matching requests pass unharmed first. Default 0. */
  readonly after?: number;
  /** How many requests it harms. Default 1; `Infinity` for all. */
  readonly times?: number;
  readonly action: ChaosAction;
}

interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The status the client was sent; undefined while there is none, or when the connection was cut before. */
  status: number | undefined;
  readonly fault: ChaosAction['kind'] | undefined;
}

export interface ChaosProxy {
  readonly url: string;
  readonly port: number;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  addFaults(...faults: readonly Fault[]): void;
  clearFaults(): void;
  close(): Promise<void>;
}

/**
 * A reverse proxy on loopback in front of `target` (an http address) that harms chosen requests. The first
 * fault that matches and is not used up applies. The Host header is kept, so that absolute links the target
 * builds from it lead back through the proxy.
 */
export async function startChaosProxy(options: {
  readonly target: string;
  readonly faults?: readonly Fault[];
}): Promise<ChaosProxy> {
  const requests: RecordedRequest[] = [];
  let armed = (options.faults ?? []).map(arm);
  const server = await startHttpServer(async (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const action = armed.find((fault) => fault.matches(method, path))?.take();
    const record: RecordedRequest = { method, path, headers, status: undefined, fault: action?.kind };
    requests.push(record);
    const exchange = { request, response, target: options.target, record };
    await (action ? harm(exchange, action) : forward(exchange));
  });
  return {
    url: server.url,
    port: server.port,
    requests,
    addFaults: (...faults) => {
      armed = [...armed, ...faults.map(arm)];
    },
    clearFaults: () => {
      armed = [];
    },
    close: () => server.close(),
  };
}

interface ArmedFault {
  matches(method: string, path: string): boolean;
  take(): ChaosAction | undefined;
}

function arm(fault: Fault): ArmedFault {
  let toSkip = fault.after ?? 0;
  let left = fault.times ?? 1;
  return {
    matches: (method, path) =>
      left > 0 && [fault.method ?? method].flat().includes(method) && (fault.path?.test(path) ?? true),
    take: () => {
      if (toSkip > 0) {
        toSkip -= 1;
        return undefined;
      }
      left -= 1;
      return fault.action;
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: string;
  readonly record: RecordedRequest;
}

const PORTAL_PAGE = '<!DOCTYPE html><html><body>Please sign in to the network.</body></html>';

async function harm(exchange: Exchange, action: ChaosAction): Promise<void> {
  switch (action.kind) {
    case 'answer':
      return answer(exchange, action.status, action.headers ?? {}, action.body ?? '');
    case 'html':
      return answer(exchange, 200, { 'content-type': 'text/html; charset=utf-8' }, PORTAL_PAGE);
    case 'drop':
      exchange.response.destroy();
      return undefined;
    case 'lose-answer':
      (await send(exchange)).resume();
      exchange.response.destroy();
      return undefined;
    case 'drop-request':
      return dropRequest(exchange, action.afterBytes);
    case 'delay':
      await sleep(action.milliseconds);
      return forward(exchange);
    case 'stall':
      if (action.afterBytes === undefined) return stand(exchange);
      return forward(exchange, action);
    default:
      return forward(exchange, action);
  }
}

async function answer(
  { request, response, record }: Exchange,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<void> {
  for await (const _ of request);
  record.status = status;
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Takes the request and never answers; ends when the client goes away or the proxy closes. */
async function stand({ request, response }: Exchange): Promise<void> {
  request.resume();
  if (!response.destroyed) await once(response, 'close');
}

function openToTarget({ request, response, target }: Exchange): ClientRequest {
  const { hostname, port } = new URL(target);
  const outgoing = httpRequest({
    hostname,
    port,
    method: request.method,
    path: request.url,
    headers: request.headers,
    setHost: false,
    agent: false,
  });
  outgoing.on('error', () => response.destroy());
  return outgoing;
}

function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
}

function send(exchange: Exchange): Promise<IncomingMessage> {
  const outgoing = openToTarget(exchange);
  exchange.request.pipe(outgoing);
  exchange.response.once('close', () => {
    if (!exchange.response.writableFinished) outgoing.destroy();
  });
  return answerOf(outgoing);
}

async function dropRequest(exchange: Exchange, afterBytes: number): Promise<void> {
  const outgoing = openToTarget(exchange);
  outgoing.flushHeaders();
  let left = afterBytes;
  for await (const chunk of exchange.request) {
    const part = (chunk as Buffer).subarray(0, left);
    left -= part.length;
    if (part.length > 0) await new Promise((resolve) => outgoing.write(part, resolve));
    if (left === 0) break;
  }
  outgoing.destroy();
  exchange.response.destroy();
}

type BodyAction = Extract<
  ChaosAction,
  { kind: 'drop-response' | 'truncate' | 'flip-byte' | 'throttle' | 'stall' }
>;

async function forward(exchange: Exchange, action?: BodyAction): Promise<void> {
  const { response, record } = exchange;
  const incoming = await send(exchange);
  const headers = { ...incoming.headers };
  if (action?.kind === 'truncate') headers['content-length'] = String(action.afterBytes);
  delete headers['transfer-encoding'];
  delete headers.connection;
  record.status = incoming.statusCode;
  response.writeHead(incoming.statusCode ?? 502, headers);
  response.flushHeaders();
  for await (const chunk of action ? spoil(incoming, action) : incoming) {
    await new Promise((resolve) => response.write(chunk, resolve));
    if (response.destroyed) return;
  }
  if (action?.kind === 'drop-response') {
    response.destroy();
  } else if (action?.kind === 'stall') {
    await stand(exchange);
  } else {
    response.end();
  }
}

async function* spoil(body: AsyncIterable<Buffer>, action: BodyAction): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const chunk of body) {
    if (action.kind === 'flip-byte') {
      const at = action.at - seen;
      if (at >= 0 && at < chunk.length) chunk[at] = 0xff ^ (chunk[at] as number);
      yield chunk;
    } else if (action.kind === 'throttle') {
      yield* throttled(chunk, action.bytesPerSecond);
    } else {
      const part = chunk.subarray(0, (action.afterBytes ?? 0) - seen);
      if (part.length > 0) yield part;
      if (seen + chunk.length >= (action.afterBytes ?? 0)) return;
    }
    seen += chunk.length;
  }
}

async function* throttled(chunk: Buffer, bytesPerSecond: number): AsyncGenerator<Buffer> {
  const slice = Math.max(1, Math.ceil(bytesPerSecond / 50));
  for (let start = 0; start < chunk.length; start += slice) {
    const part = chunk.subarray(start, start + slice);
    await sleep((part.length / bytesPerSecond) * 1000);
    yield part;
  }
}
