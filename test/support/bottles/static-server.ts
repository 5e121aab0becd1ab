import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { startHttpServer } from '../http-server.ts';

export interface StaticServer extends AsyncDisposable {
  readonly url: string;
  /** `METHOD path status` of every request. */
  readonly requests: string[];
}

/**
 * The plainest server of files: a path is a file of the folder, whatever its name. `fault` answers a request in its
 * place and returns true.
 */
export async function serveFolder(
  folder: string,
  fault: (path: string, response: ServerResponse, request: IncomingMessage) => boolean = () => false,
): Promise<StaticServer> {
  const requests: string[] = [];
  const server = await startHttpServer(async (request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/');
    response.on('finish', () => requests.push(`${request.method} ${path} ${response.statusCode}`));
    if (fault(path, response, request)) return;
    const file = join(folder, ...path.split('/').filter((part) => part !== ''));
    const found = path.includes('//') ? undefined : await stat(file).catch(() => undefined);
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const bytes = await readFile(file);
    response.writeHead(200, { 'content-length': bytes.length, 'last-modified': found.mtime.toUTCString() });
    response.end(bytes);
  });
  return { url: server.url, requests, [Symbol.asyncDispose]: () => server.close() };
}
