// The command under measurement, and the folder that it works in.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Measured, measure, type Servers } from './measure.ts';
import { PLATFORMS, TOKEN } from './scenario.ts';

export const root = path.resolve(import.meta.dirname, '..');

/** The destinations that a bench knows, by the name they have in the config. */
export type DestinationName = 'hcp' | 'folder' | 'bucket';

export interface SubjectOptions {
  readonly servers: Servers;
  readonly folder: string;
  readonly types: readonly string[];
  /** The config's destinations; the one private registry without a name when it is not given. */
  readonly destinations?: readonly DestinationName[];
}

/** The built command with a config of all `types`, quiet and with `--json`; throws when it fails. */
export async function providerSync(
  { servers, folder, types, destinations }: SubjectOptions,
  command: string,
  args: readonly string[] = [],
): Promise<Measured> {
  const config = path.join(folder, 'config.json');
  const providers = types.map((provider) => ({
    provider,
    namespace: 'bench',
    version: '1.0.0',
    platforms: PLATFORMS,
  }));
  const named = destinations?.map((name) => destinationOf(name, servers, folder));
  await writeFile(
    config,
    JSON.stringify(named === undefined ? providers : { destinations: named, providers }),
  );
  const upstream = command === 'import' ? [] : ['--registry', servers.publicUrl];
  return await measure(
    process.execPath,
    [
      '--import',
      path.join(root, 'bench/usage.mjs'),
      path.join(root, 'dist/provider-sync.mjs'),
      command,
      ...(command === 'import' ? args : []),
      config,
      ...upstream,
      ...(command === 'import' ? [] : args),
      '--quiet',
      '--json',
    ],
    {
      TFC_ADDRESS: servers.privateUrl,
      TFC_ORGANIZATION: 'bench',
      TFC_TOKEN: TOKEN,
      AWS_ENDPOINT_URL_S3: servers.s3Url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  );
}

function destinationOf(name: DestinationName, { privateUrl }: Servers, folder: string): object {
  if (name === 'hcp') return { name, kind: 'private-registry', organization: 'bench', address: privateUrl };
  const location = name === 'folder' ? path.join(folder, 'mirror') : 's3://mirrors/providers';
  return { name, kind: 'network-mirror', location };
}

/** Runs `use` in a folder of its own. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
