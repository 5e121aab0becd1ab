import { createServer } from 'node:http';
import type { Intercept } from '../http-server/exchange.ts';
import { listenOnLoopback, type RunningServer } from '../http-server/listen.ts';
import { createFolderListener } from '../mirror-server/folder-listener.ts';
import { pageFileOf, pageHeadersOf } from './page-file.ts';

export interface CatalogueServerOptions {
  /** The one with `catalogue.json`. */
  readonly folder: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly onError: (error: unknown) => void;
  readonly intercept?: Intercept;
}

/**
 * Serves a catalogue to browsers on this machine, as its folder stands at each request. Throws ArgumentsInvalid when
 * the port is taken.
 */
export async function startCatalogueServer(options: CatalogueServerOptions): Promise<RunningServer> {
  const listener = createFolderListener({
    ...options,
    fileOf: (path) => {
      const name = pageFileOf(path);
      return { name, headers: pageHeadersOf(name) };
    },
  });
  return await listenOnLoopback(createServer(listener), options.port);
}
