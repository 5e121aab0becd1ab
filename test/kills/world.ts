import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Platform } from '../../src/domain/provider/platform.ts';
import { makeSampleRelease, type SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { contentsOf, syntheticContents } from '../../src/embedded/sample-registry/package-contents.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { viewLine } from '../support/client-lines.ts';
import { type RunningCommand, startProviderSync } from '../support/command-process.ts';
import { mirrorClientView, type ReadKey } from '../support/mirror-client.ts';
import {
  bytesOf,
  embeddedRegistry,
  privatePath,
  registryApi,
  sampleRegistry,
  type TestRegistry,
} from '../support/registries.ts';
import { registryClientView } from '../support/registry-client-view.ts';
import { type StrictS3, startStrictS3 } from '../support/strict-s3.ts';

export const TYPES = ['anvil', 'bellows', 'crucible'];
const PLATFORMS: readonly Platform[] = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'darwin', arch: 'arm64' },
];
const VERSION = '1.0.0';
const BUCKET = 'mirrors';
const PREFIX = 'providers';
const HOST = 'registry.terraform.io';

export interface KillWorldOptions {
  /** Of each package's program, which is packed into a zip as it is. */
  readonly packageBytes: number;
  /** Of each connection, downloads and uploads of the private registry alike. */
  readonly bytesPerSecond: number;
  /** The built command; its sources when it is not given. */
  readonly main?: string;
}

/** What a client could install, by destination and provider: sorted lines as of `viewLine`. */
export type Views = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** One public registry and three empty destinations: a private registry, a folder, a bucket. */
export interface KillWorld extends AsyncDisposable {
  readonly registry: TestRegistry;
  readonly mirrorFolder: string;
  /** Three providers with three platforms each, two packages at a time. */
  start(command: 'sync' | 'verify'): RunningCommand;
  /** Resolves when the command that was started last asks the public registry for the first time. */
  busy(): Promise<void>;
  /** Throws what a client of a mirror would fail with. */
  views(): Promise<Views>;
  /** In how many destinations something of a provider lies that none of its clients can see. */
  begun(views: Views): Promise<number>;
}

/** The releases, made once: keys and digests take longer than a world. */
export async function killReleases({ packageBytes }: KillWorldOptions): Promise<readonly SampleRelease[]> {
  const key = await makeSigningKey({ name: 'Acme' });
  return await Promise.all(
    TYPES.map(async (type) => {
      const contents = new Map<string, Uint8Array>();
      for (const { os, arch } of PLATFORMS) {
        const program = await bytesOf(syntheticContents(packageBytes, `${type} ${os}`).read(0, packageBytes));
        const name = `terraform-provider-${type}_v${VERSION}`;
        contents.set(
          `${os}_${arch}`,
          zipSync({ [name]: [program, { level: 0, mtime: new Date(2024, 0, 1) }] }),
        );
      }
      return await makeSampleRelease({
        namespace: 'acme',
        type,
        version: VERSION,
        platforms: PLATFORMS,
        key,
        contents: ({ os, arch }) => contentsOf(contents.get(`${os}_${arch}`) ?? new Uint8Array()),
      });
    }),
  );
}

/** What every destination shows of every provider in the end. */
export function wholeViews(releases: readonly SampleRelease[]): Views {
  const whole = Object.fromEntries(
    releases.map(({ type, version, packages }) => [
      type,
      packages.map(({ platform, sha256 }) => viewLine(version, platform, sha256)).toSorted(),
    ]),
  );
  return { hcp: whole, folder: whole, bucket: whole };
}

export async function killWorld(
  releases: readonly SampleRelease[],
  options: KillWorldOptions,
): Promise<KillWorld> {
  const { bytesPerSecond: bytesPerSecondPerConnection, main } = options;
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-kills-'));
  const mirrorFolder = join(folder, 'mirror');
  let asked = Promise.withResolvers<void>();
  const source = await sampleRegistry(releases, {
    bytesPerSecondPerConnection,
    intercept: () => {
      asked.resolve();
      return false;
    },
  });
  const registry = await embeddedRegistry({ bytesPerSecondPerConnection });
  const s3 = await startStrictS3();
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify(configOf(registry, mirrorFolder)));
  const environment = {
    TFC_TOKEN: registry.token,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const deep = { sync: [], verify: ['--deep'] };
  return {
    registry,
    mirrorFolder,
    start: (command) => {
      asked = Promise.withResolvers<void>();
      const args = [
        command,
        config,
        ...deep[command],
        '--registry',
        source.url,
        '--concurrency',
        '2',
        '--json',
      ];
      return startProviderSync(args, { environment, ...(main === undefined ? {} : { main }) });
    },
    busy: () => asked.promise,
    views: async () => await viewsOf(registry, mirrorFolder, s3),
    begun: async (views) => await begunIn(registry, mirrorFolder, s3, views),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([source, registry, s3].map((server) => server[Symbol.asyncDispose]()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configOf(registry: TestRegistry, mirrorFolder: string): object {
  return {
    destinations: [
      { name: 'hcp', kind: 'private-registry', organization: registry.organization, address: registry.url },
      { name: 'folder', kind: 'network-mirror', location: mirrorFolder },
      { name: 'bucket', kind: 'network-mirror', location: `s3://${BUCKET}/${PREFIX}` },
    ],
    providers: TYPES.map((provider) => ({
      provider,
      namespace: 'acme',
      version: VERSION,
      platforms: PLATFORMS,
    })),
  };
}

async function viewsOf(registry: TestRegistry, mirrorFolder: string, s3: StrictS3): Promise<Views> {
  const fromFolder: ReadKey = async (key) => await readFile(join(mirrorFolder, key)).catch(() => undefined);
  const fromBucket: ReadKey = async (key) => s3.objects.get(`${BUCKET}/${PREFIX}/${key}`)?.bytes;
  const each = async (view: (type: string) => Promise<readonly string[]>) =>
    Object.fromEntries(await Promise.all(TYPES.map(async (type) => [type, await view(type)] as const)));
  const mirrored = (read: ReadKey) => (type: string) =>
    mirrorClientView(read, { hostname: HOST, namespace: 'acme', type });
  return {
    hcp: await each(async (type) => await registryClientView(registry, type)),
    folder: await each(mirrored(fromFolder)),
    bucket: await each(mirrored(fromBucket)),
  };
}

async function begunIn(
  registry: TestRegistry,
  mirrorFolder: string,
  s3: StrictS3,
  views: Views,
): Promise<number> {
  const onDisk = await readdir(mirrorFolder, { recursive: true }).catch((): string[] => []);
  const inBucket = [...s3.objects.keys()];
  const lies: Readonly<Record<string, (type: string) => Promise<boolean>>> = {
    hcp: async (type) => {
      const { status, document } = await registryApi(registry).call('GET', `${privatePath(type)}/versions`);
      return status === 200 && document.data.length > 0;
    },
    folder: async (type) => onDisk.some((path) => path.includes(`/${type}/`)),
    bucket: async (type) => inBucket.some((key) => key.includes(`/${type}/`)),
  };
  let begun = 0;
  for (const [name, lying] of Object.entries(lies)) {
    const unseen = TYPES.filter((type) => views[name]?.[type]?.length === 0);
    const found = await Promise.all(unseen.map((type) => lying(type)));
    if (found.includes(true)) begun += 1;
  }
  return begun;
}
