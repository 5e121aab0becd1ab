import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '../../src/embedded/http-server/listen.ts';
import {
  type EmbeddedRegistryOptions,
  startEmbeddedRegistry,
} from '../../src/embedded/private-registry/server.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import {
  type SampleRegistryOptions,
  startSampleRegistry,
} from '../../src/embedded/sample-registry/server.ts';

export const ORGANIZATION = 'example';
const TOKEN = 'test-token';

export interface TestRegistry extends RunningServer, AsyncDisposable {
  readonly dataDir: string;
  readonly organization: string;
  readonly token: string;
}

/** An embedded registry on a folder of its own, which goes with it: `await using registry = …`. */
export async function embeddedRegistry(
  options: Partial<EmbeddedRegistryOptions> = {},
): Promise<TestRegistry> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const all = { organization: ORGANIZATION, token: TOKEN, ...options, dataDir };
  const server = await startEmbeddedRegistry(all);
  return {
    ...server,
    dataDir,
    organization: all.organization,
    token: all.token,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A sample public registry: `await using registry = …`. */
export async function sampleRegistry(
  releases: readonly SampleRelease[],
  options: Omit<SampleRegistryOptions, 'releases'> = {},
): Promise<RunningServer & AsyncDisposable> {
  const server = await startSampleRegistry({ ...options, releases });
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}

/** The versions that `terraform init` would be offered, with their platforms. */
export async function installableVersions(
  { url, organization, token }: TestRegistry,
  type: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const answer = await fetch(`${url}/api/registry/v1/providers/${organization}/${type}/versions`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (answer.status === 404) return {};
  const { versions } = (await answer.json()) as {
    versions: { version: string; platforms: { os: string; arch: string }[] }[];
  };
  return Object.fromEntries(
    versions.map(({ version, platforms }) => [
      version,
      platforms.map(({ os, arch }) => `${os}_${arch}`).toSorted(),
    ]),
  );
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'provider-sync-test-'));
}

/** An API document as a test reads it: whatever is expected to be there. */
interface ApiDocument {
  readonly data: ApiResource & readonly ApiResource[];
  readonly links: Readonly<Record<string, string | null>>;
  readonly meta: { readonly pagination: Readonly<Record<string, number | null>> };
  readonly errors: readonly unknown[];
}

export interface ApiResource {
  readonly id: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly document: ApiDocument;
}

export const PROVIDERS = `/api/v2/organizations/${ORGANIZATION}/registry-providers`;
export const GPG_KEYS = '/api/registry/private/v2/gpg-keys';

/** `/api/v2/…` of a private provider, one of its versions, its platforms or one of them. */
export function privatePath(...parts: readonly string[]): string {
  const [type, version, ...platform] = parts;
  const path = `${PROVIDERS}/private/${ORGANIZATION}/${type}`;
  if (version === undefined) return path;
  return [path, 'versions', version, ...(platform.length > 0 ? ['platforms', ...platform] : [])].join('/');
}

/** The registry's API with the token, by plain requests. */
export function registryApi(registry: Pick<TestRegistry, 'url' | 'token'>) {
  const call = async (method: string, path: string, resource?: object): Promise<ApiAnswer> => {
    const response = await fetch(registry.url + path, {
      method,
      headers: {
        authorization: `Bearer ${registry.token}`,
        'content-type': 'application/vnd.api+json',
      },
      ...(resource && { body: JSON.stringify({ data: resource }) }),
    });
    const text = await response.text();
    const document = (text === '' ? {} : JSON.parse(text)) as ApiDocument;
    return { status: response.status, contentType: response.headers.get('content-type'), document };
  };
  const post = (path: string, type: string, attributes: object): Promise<ApiAnswer> =>
    call('POST', path, { type, attributes });
  return {
    call,
    createProvider: (name: string, registryName = 'private', namespace = ORGANIZATION) =>
      post(PROVIDERS, 'registry-providers', { name, namespace, 'registry-name': registryName }),
    createKey: (asciiArmor: string, namespace = ORGANIZATION) =>
      post(GPG_KEYS, 'gpg-keys', { namespace, 'ascii-armor': asciiArmor }),
    createVersion: (type: string, version: string, keyId: string, protocols: readonly string[] = ['5.0']) =>
      post(`${privatePath(type)}/versions`, 'registry-provider-versions', {
        version,
        'key-id': keyId,
        protocols,
      }),
    createPlatform: (type: string, version: string, attributes: object) =>
      post(`${privatePath(type, version)}/platforms`, 'registry-provider-version-platforms', attributes),
  };
}

/** The whole of a package, SHA256SUMS and signature of `release` in the registry, by plain requests. */
export async function publishRelease(registry: TestRegistry, release: SampleRelease): Promise<void> {
  const { type, version } = release;
  const api = registryApi(registry);
  const [key] = release.signingKeys;
  await api.createProvider(type);
  await api.createKey(key?.asciiArmor ?? '');
  const protocols = [...new Set(release.protocols.map((protocol) => `${protocol.split('.')[0]}.0`))];
  const created = await api.createVersion(type, version, key?.keyId ?? '', protocols);
  for (const { platform, filename, sha256, contents } of release.packages) {
    const answer = await api.createPlatform(type, version, { ...platform, filename, shasum: sha256 });
    const bytes = await bytesOf(contents.read(0, contents.size));
    await putFile(answer.document.data.links['provider-binary-upload'], bytes);
  }
  await putFile(created.document.data.links['shasums-upload'], release.shasums);
  await putFile(created.document.data.links['shasums-sig-upload'], release.signature);
}

/** PUTs to an upload link, without a token; the status. */
export async function putFile(link: string | undefined, bytes: Uint8Array | string): Promise<number> {
  if (link === undefined) throw new Error('There is no upload link: was the thing created?');
  const response = await fetch(link, { method: 'PUT', body: new Uint8Array(Buffer.from(bytes)) });
  await response.arrayBuffer();
  return response.status;
}

/** All of a stream. */
export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
