import type { RequestListener } from 'node:http';
import type { Intercept } from '../http-server/exchange.ts';
import { createListener, type Route } from '../http-server/router.ts';
import { serveBytes } from '../http-server/serve-bytes.ts';
import { openMirrorFile } from './mirror-files.ts';

export interface FolderListenerOptions {
  readonly folder: string;
  /** The file that a request's path asks for, below the folder, and what is said with it. */
  readonly fileOf: (path: string) => {
    readonly name: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly onError: (error: unknown) => void;
  readonly intercept?: Intercept | undefined;
}

const NOT_FOUND = { status: 404, contentType: 'text/plain', body: 'Not found\n' };
const FAILED = { status: 500, contentType: 'text/plain', body: 'The file cannot be read\n' };

/** Answers GET and HEAD from a folder as it stands at each request. */
export function createFolderListener({
  folder,
  fileOf,
  onError,
  intercept,
}: FolderListenerOptions): RequestListener {
  const handle: Route['handle'] = async ({ request, response }) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const { name, headers } = fileOf(path);
    await using file = await openMirrorFile(folder, name);
    if (file === undefined) return NOT_FOUND;
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    await serveBytes({ request, response }, file);
    return undefined;
  };
  return createListener({
    routes: [
      { method: 'GET', path: '/*', handle },
      { method: 'HEAD', path: '/*', handle },
    ],
    notFound: NOT_FOUND,
    answerError: (error) => {
      onError(error);
      return FAILED;
    },
    intercept,
  });
}
