import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createEnvironmentTokenSource } from '../../adapters/local/token-sources.ts';
import { parseConfig } from '../../domain/config/parse-config.ts';
import { formatPlatform, type Platform, samePlatform } from '../../domain/provider/platform.ts';
import { startEmbeddedRegistry } from '../../embedded/private-registry/server.ts';
import { sampleReleases } from '../../embedded/sample-registry/sample-releases.ts';
import { startSampleRegistry } from '../../embedded/sample-registry/server.ts';
import type { RunSettings } from '../commands/provider-run.ts';

/** What the two servers have seen so far. */
interface Traffic {
  /** Packages that the public registry sent. */
  readonly downloads: number;
  /** Requests to the private registry that could change something. */
  readonly changes: number;
}

export interface DemoStage extends AsyncDisposable {
  readonly folder: string;
  readonly publicUrl: string;
  readonly privateUrl: string;
  /** The folder that the mirror is filled in. */
  readonly mirrorFolder: string;
  /** The ledger of the scenes that have one. */
  readonly ledgerFile: string;
  readonly organization: string;
  readonly token: string;
  /** What the config asks for, for the narration. */
  readonly wanted: readonly { readonly name: string; readonly version: string; readonly platforms: string }[];
  /** True when the sample providers have packages for this machine, so that Terraform can install them here. */
  readonly servesThisMachine: boolean;
  readonly settings: RunSettings;
  traffic(): Traffic;
}

const REGISTRY = 'registry';
const MIRROR = 'mirror';

/** Node's names of systems and processors in Go's, where they differ. */
const GO_NAMES: Readonly<Record<string, string>> = { win32: 'windows', x64: 'amd64' };

const THIS_PLATFORM: Platform = {
  os: GO_NAMES[process.platform] ?? process.platform,
  arch: GO_NAMES[process.arch] ?? process.arch,
};

/** Starts both registries on this machine and writes a config that fills a private registry and a mirror. Disposing ends them and, unless kept, removes all files. */
export async function setUpStage(options: { readonly keep: boolean }): Promise<DemoStage> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-demo-'));
  const organization = 'example';
  const token = randomBytes(24).toString('base64url');
  const releases = await sampleReleases();
  const seen = { downloads: 0, changes: 0 };
  const source = await startSampleRegistry({
    releases,
    intercept: ({ method, url }) => {
      if (method === 'GET' && url?.endsWith('.zip')) seen.downloads += 1;
      return false;
    },
  });
  const dataDir = join(folder, 'private-registry');
  const target = await startEmbeddedRegistry({
    dataDir,
    organization,
    token,
    intercept: ({ method }) => {
      if (method !== 'GET' && method !== 'HEAD') seen.changes += 1;
      return false;
    },
  });
  const servesThisMachine = releases.every(({ packages }) =>
    packages.some(({ platform }) => samePlatform(platform, THIS_PLATFORM)),
  );
  const entries = configEntries(servesThisMachine ? THIS_PLATFORM : undefined);
  const mirrorFolder = join(folder, 'mirror');
  const config = {
    destinations: [
      { name: REGISTRY, kind: 'private-registry' },
      { name: MIRROR, kind: 'network-mirror', location: mirrorFolder },
    ],
    providers: entries,
  };
  const text = `${JSON.stringify(config, null, 2)}\n`;
  await writeFile(join(folder, 'config.json'), text);
  return {
    folder,
    publicUrl: source.url,
    privateUrl: target.url,
    mirrorFolder,
    ledgerFile: join(folder, 'ledger.sqlite'),
    organization,
    token,
    wanted: entries.map(({ namespace, provider, version, platforms }) => ({
      name: `${namespace}/${provider}`,
      version,
      platforms: platforms.map(formatPlatform).join(', '),
    })),
    servesThisMachine,
    settings: {
      json: false,
      jsonLines: false,
      quiet: true,
      config: parseConfig(text),
      concurrency: undefined,
      network: { caBundle: undefined, httpsProxy: undefined, noProxy: undefined, allowedHosts: [] },
      upstream: { registry: source.url },
      destinations: [
        {
          kind: 'private-registry',
          name: REGISTRY,
          address: target.url,
          organization,
          token: createEnvironmentTokenSource({ TFC_TOKEN: token }, 'TFC_TOKEN'),
        },
        { kind: 'network-mirror', name: MIRROR, location: { scheme: 'folder', path: mirrorFolder } },
      ],
    },
    traffic: () => ({ ...seen }),
    async [Symbol.asyncDispose]() {
      await Promise.all([source.close(), target.close()]);
      if (!options.keep) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One entry of each kind: the newest version, an exact one, and a constraint. */
function configEntries(here: Platform | undefined) {
  const platforms = [
    { os: 'linux', arch: 'amd64' },
    { os: 'darwin', arch: 'arm64' },
  ];
  if (here !== undefined && !platforms.some((platform) => samePlatform(platform, here))) platforms.push(here);
  return [
    { provider: 'anvil', namespace: 'acme', version: 'latest', platforms },
    { provider: 'weather', namespace: 'globex', version: '3.1.0', platforms },
    { provider: 'stapler', namespace: 'initech', version: '~> 0.4', platforms },
  ];
}
