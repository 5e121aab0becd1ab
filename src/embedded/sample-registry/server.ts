import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { type Answer, type Exchange, type Intercept, jsonAnswer } from '../http-server/exchange.ts';
import { listenOnLoopback, type RunningServer } from '../http-server/listen.ts';
import { createListener, type Route } from '../http-server/router.ts';
import { serveBytes } from '../http-server/serve-bytes.ts';
import { type SamplePackage, type SampleRelease, shasumsFilename } from './make-release.ts';
import { contentsOf, type PackageContents } from './package-contents.ts';

export interface SampleRegistryOptions {
  readonly releases: readonly SampleRelease[];
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly bytesPerSecondPerConnection?: number;
  readonly intercept?: Intercept;
}

const PROVIDERS_PATH = '/catalog/providers/';
const NOT_FOUND: Answer = jsonAnswer(404, { errors: ['Not Found'] });

/**
 * A public registry for the demo and for tests: Terraform's provider registry protocol over `releases`, on
 * 127.0.0.1 alone. Throws ArgumentsInvalid when the port is taken.
 */
export function startSampleRegistry(options: SampleRegistryOptions): Promise<RunningServer> {
  const { releases, bytesPerSecondPerConnection } = options;
  const provider = `${PROVIDERS_PATH}:namespace/:type`;
  const download = (exchange: Exchange): Promise<Answer | undefined> =>
    sendFile(releases, exchange, bytesPerSecondPerConnection);
  const routes: readonly Route[] = [
    {
      method: 'GET',
      path: '/.well-known/terraform.json',
      handle: () => Promise.resolve(jsonAnswer(200, { 'providers.v1': PROVIDERS_PATH })),
    },
    {
      method: 'GET',
      path: `${provider}/versions`,
      handle: (exchange) => Promise.resolve(listVersions(releases, exchange)),
    },
    {
      method: 'GET',
      path: `${provider}/:version/download/:os/:arch`,
      handle: (exchange) => Promise.resolve(describePackage(releases, exchange)),
    },
    { method: 'GET', path: `${provider}/:version/files/:file`, handle: download },
    { method: 'HEAD', path: `${provider}/:version/files/:file`, handle: download },
  ];
  const listener = createListener({
    routes,
    notFound: NOT_FOUND,
    answerError: () => jsonAnswer(500, { errors: ['Internal Server Error'] }),
    intercept: options.intercept,
  });
  return listenOnLoopback(createServer(listener), options.port ?? 0);
}

function listVersions(releases: readonly SampleRelease[], exchange: Exchange): Answer {
  const own = releases.filter((release) => isOf(release, exchange));
  if (own.length === 0) return NOT_FOUND;
  const versions = own.map(({ version, protocols, packages }) => ({
    version,
    protocols,
    platforms: packages.map(({ platform }) => platform),
  }));
  return jsonAnswer(200, { id: `${own[0]?.namespace}/${own[0]?.type}`, versions, warnings: null });
}

function describePackage(releases: readonly SampleRelease[], exchange: Exchange): Answer {
  const release = findRelease(releases, exchange);
  const found = release?.packages.find(
    ({ platform }) => platform.os === exchange.param('os') && platform.arch === exchange.param('arch'),
  );
  return release && found ? jsonAnswer(200, packageDocument(release, found, exchange.origin)) : NOT_FOUND;
}

function packageDocument(release: SampleRelease, found: SamplePackage, origin: string) {
  const { namespace, type, version, protocols, signingKeys } = release;
  // Relative to the download document's own address, ".../VERSION/download/OS/ARCH".
  const folder =
    release.urls === 'relative'
      ? '../../files'
      : `${origin}${PROVIDERS_PATH}${namespace}/${type}/${version}/files`;
  return {
    protocols,
    ...found.platform,
    filename: found.filename,
    download_url: `${folder}/${found.filename}`,
    shasums_url: `${folder}/${shasumsFilename(type, version)}`,
    shasums_signature_url: `${folder}/${release.signatureFilename}`,
    shasum: found.sha256,
    signing_keys: {
      gpg_public_keys: signingKeys.map(({ keyId, asciiArmor }) => ({
        key_id: keyId,
        ascii_armor: asciiArmor,
        trust_signature: '',
        source: '',
        source_url: null,
      })),
    },
  };
}

async function sendFile(
  releases: readonly SampleRelease[],
  exchange: Exchange,
  bytesPerSecond: number | undefined,
): Promise<Answer | undefined> {
  const release = findRelease(releases, exchange);
  const name = exchange.param('file');
  const contents = release && fileOf(release, name);
  if (!contents) return NOT_FOUND;
  const etag = createHash('sha256').update(`${name} ${contents.identity}`).digest('hex').slice(0, 32);
  await serveBytes(
    exchange,
    {
      size: contents.size,
      etag: `"${etag}"`,
      contentType: name.endsWith('.zip') ? 'application/zip' : 'binary/octet-stream',
      read: (start, end) => contents.read(start, end),
    },
    bytesPerSecond,
  );
  return undefined;
}

function fileOf(
  release: SampleRelease,
  name: string,
): (PackageContents & { readonly identity: string }) | undefined {
  const found = release.packages.find(({ filename }) => filename === name);
  if (found) return { ...found.contents, identity: found.sha256 };
  const small = new Map([
    [shasumsFilename(release.type, release.version), release.shasums],
    [release.signatureFilename, release.signature],
  ]).get(name);
  return small && { ...contentsOf(small), identity: createHash('sha256').update(small).digest('hex') };
}

function findRelease(releases: readonly SampleRelease[], exchange: Exchange): SampleRelease | undefined {
  return releases.find((release) => isOf(release, exchange) && release.version === exchange.param('version'));
}

function isOf({ namespace, type }: SampleRelease, exchange: Exchange): boolean {
  return namespace === exchange.param('namespace') && type === exchange.param('type');
}
