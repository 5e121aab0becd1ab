import { createServer } from 'node:https';
import { pageFileOf, pageHeadersOf } from '../catalogue-server/page-file.ts';
import type { Intercept } from '../http-server/exchange.ts';
import { listenOnLoopback, type RunningServer } from '../http-server/listen.ts';
import { makeLoopbackCertificate } from './certificate.ts';
import { createFolderListener } from './folder-listener.ts';

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

/**
 * Serves a folder as a network mirror over https on 127.0.0.1, as it stands at each request: what is added or
 * removed shows at once. Throws ArgumentsInvalid when the port is taken.
 */
export async function startMirrorServer(options: MirrorServerOptions): Promise<RunningMirrorServer> {
  const { certificate, privateKey } = makeLoopbackCertificate(options.now);
  const listener = createFolderListener({
    ...options,
    fileOf: (path) => {
      if (!path.startsWith(CATALOGUE)) return { name: path, headers: {} };
      const name = pageFileOf(path);
      return { name, headers: pageHeadersOf(name) };
    },
  });
  const server = createServer({ cert: certificate, key: privateKey }, listener);
  const running = await listenOnLoopback(server, options.port);
  return { ...running, url: `https://127.0.0.1:${running.port}/`, certificate };
}
