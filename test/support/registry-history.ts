import type { Platform } from '../../src/domain/provider/platform.ts';
import type { Intercept } from '../../src/embedded/http-server/exchange.ts';
import { makeSampleRelease, type SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey, type SampleSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import {
  type ApiAnswer,
  embeddedRegistry,
  PROVIDERS,
  privatePath,
  publishRelease,
  putFile,
  registryApi,
  sampleRegistry,
  type TestRegistry,
} from './registries.ts';

const DAY = 24 * 60 * 60 * 1000;
const PLATFORMS: readonly Platform[] = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
];

/** An embedded registry whose versions were published over time, and the public registry they came from. */
export interface RegistryHistory extends AsyncDisposable {
  readonly registry: TestRegistry;
  /** The public registry's address; it knows only what was put there with `offer`. */
  readonly publicUrl: string;
  /** Versions that the public registry still has. */
  offer(type: string, ...versions: readonly string[]): Promise<void>;
  /** What is published from now on was created so many days before today. */
  daysAgo(days: number): void;
  /** A whole release, which Terraform can install. */
  publish(type: string, ...versions: readonly string[]): Promise<void>;
  /** Versions as of `listReleases`. */
  list(type: string, ...versions: readonly string[]): Promise<void>;
  /** Versions whose upload broke off before SHA256SUMS. */
  breakOff(type: string, ...versions: readonly string[]): Promise<void>;
  /** A reference to a provider of the public registry. */
  refer(namespace: string, type: string): Promise<void>;
  /** The versions the registry lists. */
  versionsOf(type: string): Promise<readonly string[]>;
}

/** `intercept` sees every request to the public registry first. */
export async function registryHistory({
  intercept,
}: {
  intercept?: Intercept;
} = {}): Promise<RegistryHistory> {
  const key = await makeSigningKey({ name: 'Acme' });
  let age = 100;
  await using started = new AsyncDisposableStack();
  const registry = started.use(await embeddedRegistry({ now: () => new Date(Date.now() - age * DAY) }));
  const offered: SampleRelease[] = [];
  const upstream = started.use(await sampleRegistry(offered, intercept && { intercept }));
  const api = registryApi(registry);
  await api.createKey(key.asciiArmor);
  const running = started.move();
  return {
    registry,
    publicUrl: upstream.url,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
    offer: async (type, ...versions) => {
      for (const version of versions) offered.push(await makeRelease(key, type, version));
    },
    daysAgo: (days) => void (age = days),
    publish: (type, ...versions) => publishReleases(registry, key, type, versions),
    list: (type, ...versions) => listReleases(registry, key.keyId, type, versions),
    breakOff: async (type, ...versions) => {
      await api.createProvider(type);
      for (const version of versions) await beginVersion(registry, key.keyId, type, version);
    },
    refer: async (namespace, type) => void (await api.createProvider(type, 'public', namespace)),
    versionsOf: (type) => versionsListed(registry, type),
  };
}

type Reachable = Pick<TestRegistry, 'url' | 'token'>;

/** Versions with all release files but no package to download: enough for a listing. */
export async function listReleases(
  registry: Reachable,
  keyId: string,
  type: string,
  versions: readonly string[],
): Promise<void> {
  await registryApi(registry).createProvider(type);
  for (const version of versions) {
    const { links } = (await beginVersion(registry, keyId, type, version)).document.data;
    await putFile(links['shasums-upload'], `${'a'.repeat(64)}  ${version}.zip\n`);
    await putFile(links['shasums-sig-upload'], 'no signature');
  }
}

async function beginVersion(
  registry: Reachable,
  keyId: string,
  type: string,
  version: string,
): Promise<ApiAnswer> {
  const api = registryApi(registry);
  const created = await api.createVersion(type, version, keyId);
  if (created.status !== 201) throw new Error(`${type} ${version}: ${created.status}`);
  const attributes = { os: 'linux', arch: 'amd64', shasum: 'a'.repeat(64), filename: `${version}.zip` };
  await api.createPlatform(type, version, attributes);
  return created;
}

/** The versions the registry lists, by its API, all pages. */
export async function versionsListed(registry: Reachable, type: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let page: number | null | undefined = 1; page; ) {
    const path = `${privatePath(type)}/versions?page%5Bnumber%5D=${page}`;
    const { document } = await registryApi(registry).call('GET', path);
    texts.push(...document.data.map(({ attributes }) => String(attributes['version'])));
    page = document.meta.pagination['next-page'];
  }
  return texts;
}

/** The private and public providers the registry lists, as "private/anvil". */
export async function providersOf(registry: TestRegistry): Promise<readonly string[]> {
  const { document } = await registryApi(registry).call('GET', PROVIDERS);
  return document.data
    .map(({ attributes }) => `${String(attributes['registry-name'])}/${String(attributes['name'])}`)
    .sort();
}

async function publishReleases(
  registry: TestRegistry,
  key: SampleSigningKey,
  type: string,
  versions: readonly string[],
): Promise<void> {
  for (const version of versions) await publishRelease(registry, await makeRelease(key, type, version));
}

function makeRelease(key: SampleSigningKey, type: string, version: string): Promise<SampleRelease> {
  return makeSampleRelease({ namespace: 'acme', type, version, platforms: PLATFORMS, key });
}
