import type { IncomingHttpHeaders } from 'node:http';
import { readBody, startHttpServer } from './http-server.ts';

interface SeenRequest {
  readonly method: string;
  /** Path and query, percent-decoded. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ScriptedAnswer {
  /** 200 when it is not given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
}

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
}

/** Answers `METHOD /path?query` as the script says; 404 where it says nothing. `nth` counts equal requests from 1. */
export type Script = (request: SeenRequest, nth: number) => ScriptedAnswer | 'cut' | undefined;

/** A server that says what a test wants it to and remembers what it was asked. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const server = await startHttpServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = (await readBody(request)).toString();
    const seen = { method, path: decodeURIComponent(url), headers, body };
    requests.push(seen);
    const equal = requests.filter((one) => one.method === seen.method && one.path === seen.path);
    const answer = script(seen, equal.length) ?? { status: 404, json: { errors: ['Not Found'] } };
    if (answer === 'cut') {
      response.destroy();
      return;
    }
    const type = 'json' in answer ? { 'content-type': 'application/json' } : {};
    response.writeHead(answer.status ?? 200, { ...type, ...answer.headers });
    response.end('json' in answer ? JSON.stringify(answer.json) : answer.body);
  });
  return { url: server.url, requests, [Symbol.asyncDispose]: () => server.close() };
}

/** What a captive portal sends in place of anything. */
export const PORTAL: ScriptedAnswer = {
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><html><body>Please sign in to the network.</body></html>',
};
