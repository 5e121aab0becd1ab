import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { startHttpServer, type TestServer } from '../../support/http-server.ts';

/** One request that a hostile server answers as it likes. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** For what is no HTTP. */
  readonly socket: Socket;
  /** Where the request came in, without a slash at the end. */
  readonly origin: string;
  /** How many requests of this step there were, from 1. */
  readonly nth: number;
  /** What the honest server behind would have answered; the request's body goes to it. */
  readonly honest: () => Promise<HonestAnswer>;
}

interface HonestAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Behaviour = (asked: Asked) => void | Promise<void>;

/** Which requests a behaviour is for. */
export interface Step {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Tried on path and query. */
  readonly path: RegExp;
}

/** A server before an honest one: it passes on what comes, but for the requests of one step. */
export async function startFront(
  target: string,
  hostile: { readonly step: Step; readonly behaviour: Behaviour } | undefined,
): Promise<TestServer> {
  let nth = 0;
  const server: TestServer = await startHttpServer(async (request, response) => {
    const honest = () => passOn(request, target);
    const { method = '', url = '' } = request;
    if (hostile !== undefined && method === hostile.step.method && hostile.step.path.test(url)) {
      nth += 1;
      const { socket } = request;
      return await hostile.behaviour({ request, response, socket, origin: server.url, nth, honest });
    }
    const answer = await honest();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return server;
}

function passOn(request: IncomingMessage, target: string): Promise<HonestAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(target);
    const { method, url: path, headers } = request;
    const outgoing = httpRequest({ hostname, port, method, path, headers, setHost: false, agent: false });
    outgoing.once('error', reject);
    outgoing.once('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        const { 'transfer-encoding': _, connection: __, ...kept } = answer.headers;
        const body = Buffer.concat(chunks);
        resolve({
          status: answer.statusCode ?? 502,
          headers: { ...kept, 'content-length': String(body.length) },
          body,
        });
      });
    });
    request.pipe(outgoing);
  });
}
