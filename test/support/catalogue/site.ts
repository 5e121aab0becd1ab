import { buildCatalogue } from '../../../scripts/build-catalogue.ts';
import { startHttpServer, type TestServer } from '../http-server.ts';
import { type Sample, sampleFiles } from './sample.ts';

/** A server of files that only serves: what a folder behind any web server, or a bucket, is to a browser. */
export interface Site extends TestServer {
  /** By their path from the root, without a slash in front. May be changed while it serves. */
  readonly files: Map<string, Uint8Array | string>;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
};

export async function startSite(files = new Map<string, Uint8Array | string>()): Promise<Site> {
  const server = await startHttpServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const name = decodeURIComponent(path.slice(1)).replace(/(^|\/)$/, '$1index.html');
    const bytes = files.get(name);
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    response.writeHead(bytes === undefined ? 404 : 200, {
      'content-type': type,
      'x-content-type-options': 'nosniff',
    });
    response.end(bytes);
  });
  return { ...server, files };
}

let page: ReturnType<typeof buildCatalogue> | undefined;

/** The page's own files and a sample's data, under `prefix` (with a slash at its end). */
export async function catalogueFiles(
  sample: Sample,
  prefix = '',
): Promise<ReadonlyMap<string, Uint8Array | string>> {
  page ??= buildCatalogue();
  const assets = (await page).map(({ path, bytes }) => [path, bytes] as const);
  return new Map([...assets, ...sampleFiles(sample)].map(([path, bytes]) => [prefix + path, bytes]));
}
