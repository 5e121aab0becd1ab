import { createServer } from 'node:https';
import { pageFileOf, pageHeadersOf } from '../catalogue-server/page-file.ts';
import type { Intercept } from '../http-server/exchange.ts';
import { listenOnLoopback, type RunningServer } from '../http-server/listen.ts';
import { createListener, type Route } from '../http-server/router.ts';
import { serveBytes } from '../http-server/serve-bytes.ts';
import { makeLoopbackCertificate } from './certificate.ts';
import { openMirrorFile } from './mirror-files.ts';

export interface MirrorServerOptions {
  /** In the layout of a network mirror: `HOST/NAMESPACE/TYPE/index.json` and so on. */
  readonly folder: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly now: Date;
  readonly onError: (error: unknown) => void;
  readonly intercept?: Intercept;
}

export interface RunningMirrorServer extends RunningServer {
  /** `https://127.0.0.1:PORT/`: with the slash that clients need at a mirror's end. */
  readonly url: string;
  /** PEM: what a client must trust. */
  readonly certificate: string;
}

/** Where a mirror's own catalogue lies. */
const CATALOGUE = '/catalogue/';

const NOT_FOUND = { status: 404, contentType: 'text/plain', body: 'Not found\n' };
const FAILED = { status: 500, contentType: 'text/plain', body: 'The file cannot be read\n' };

/**
 * Serves a folder as a network mirror over https on 127.0.0.1, as it stands at each request: what is added or
 * removed shows at once. Throws ArgumentsInvalid when the port is taken.
 */
export async function startMirrorServer(options: MirrorServerOptions): Promise<RunningMirrorServer> {
  const { certificate, privateKey } = makeLoopbackCertificate(options.now);
  const handle: Route['handle'] = async ({ request, response }) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const isPage = path.startsWith(CATALOGUE);
    const name = isPage ? pageFileOf(path) : path;
    await using file = await openMirrorFile(options.folder, name);
    if (file === undefined) return NOT_FOUND;
    const headers = isPage ? pageHeadersOf(name) : {};
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
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
  const server = createServer({ cert: certificate, key: privateKey }, listener);
  const running = await listenOnLoopback(server, options.port);
  return { ...running, url: `https://127.0.0.1:${running.port}/`, certificate };
}
