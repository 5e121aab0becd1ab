import { createServer } from 'node:http';
import type { Intercept } from '../http-server/exchange.ts';
import { listenOnLoopback, type RunningServer } from '../http-server/listen.ts';
import { createListener, type Route } from '../http-server/router.ts';
import { serveBytes } from '../http-server/serve-bytes.ts';
import { openMirrorFile } from '../mirror-server/mirror-files.ts';
import { pageFileOf, pageHeadersOf } from './page-file.ts';

export interface CatalogueServerOptions {
  /** The one with `catalogue.json`. */
  readonly folder: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly onError: (error: unknown) => void;
  readonly intercept?: Intercept;
}

const NOT_FOUND = { status: 404, contentType: 'text/plain', body: 'Not found\n' };
const FAILED = { status: 500, contentType: 'text/plain', body: 'The file cannot be read\n' };

/**
 * Serves a catalogue to browsers on this machine, as its folder stands at each request. Throws ArgumentsInvalid when
 * the port is taken.
 */
export async function startCatalogueServer(options: CatalogueServerOptions): Promise<RunningServer> {
  const handle: Route['handle'] = async ({ request, response }) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const name = pageFileOf(path);
    await using file = await openMirrorFile(options.folder, name);
    if (file === undefined) return NOT_FOUND;
    for (const [header, value] of Object.entries(pageHeadersOf(name))) response.setHeader(header, value);
    await serveBytes({ request, response }, file);
    return undefined;
  };
  const listener = createListener({
    routes: [
      { method: 'GET', path: '/*', handle },
      { method: 'HEAD', path: '/*', handle },
    ],
    notFound: NOT_FOUND,
    answerError: (error) => {
      options.onError(error);
      return FAILED;
    },
    intercept: options.intercept,
  });
  return await listenOnLoopback(createServer(listener), options.port);
}
