// Part of npm run bench; after npm run build also alone, as node bench/bottles.ts: what a mirror of bottles costs, beside pipes of curl and sha256sum.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Table from 'cli-table3';
import { type Measured, measure } from './measure.ts';

export interface BottleServersOptions {
  /** In bytes, one a formula. */
  readonly sizes: readonly number[];
  readonly tags: readonly string[];
  readonly keyFile: string;
  readonly paddingFormulae: number;
  readonly paddingBytes: number;
}

export interface BottleServersReady {
  readonly url: string;
  readonly apiUrl: string;
  /** All bottles, by their addresses without the redirect. */
  readonly blobs: readonly { readonly url: string; readonly bytes: number }[];
  /** A stand-in of S3. */
  readonly s3Url: string;
  readonly apiBytes: number;
}

const root = path.resolve(import.meta.dirname, '..');
const CONCURRENCY = 8;
const LINUX = 'x86_64_linux';

/** From 0.1 to 60 MB, small ones the most: as bottles are. */
const SIZES: readonly number[] = Array.from({ length: 200 }, (_, index) =>
  Math.round(100_000 * 600 ** ((index / 199) ** 4)),
);

async function withUpstream<T>(
  options: Omit<BottleServersOptions, 'keyFile' | 'paddingFormulae' | 'paddingBytes'> &
    Partial<BottleServersOptions>,
  use: (ready: BottleServersReady, folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bench-'));
  const whole = { paddingFormulae: 0, paddingBytes: 0, ...options, keyFile: path.join(folder, 'key.json') };
  const child = fork(new URL('./bottle-servers.ts', import.meta.url), [JSON.stringify(whole)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [ready] = (await once(child, 'message')) as [BottleServersReady];
  try {
    return await use(ready, folder);
  } finally {
    const closed = once(child, 'exit');
    child.disconnect();
    await closed;
    await rm(folder, { recursive: true, force: true });
  }
}

async function command(
  name: string,
  { apiUrl, url, s3Url }: BottleServersReady,
  folder: string,
  bottles: object,
  nodeOptions: readonly string[] = [],
): Promise<Measured> {
  const config = path.join(folder, 'config.json');
  await writeFile(
    config,
    JSON.stringify({ bottles: { destination: path.join(folder, 'mirror'), ...bottles } }),
  );
  return await measure(
    process.execPath,
    [
      ...nodeOptions,
      '--import',
      path.join(root, 'bench/usage.mjs'),
      path.join(root, 'dist/provider-sync.mjs'),
      'bottles',
      name,
      config,
      '--formulae-api',
      apiUrl,
      '--bottle-registry',
      url,
      '--api-key',
      path.join(folder, 'key.json'),
      '--quiet',
    ],
    {
      AWS_ENDPOINT_URL_S3: s3Url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  );
}

const TO_FOLDER = 'set -o pipefail; curl -sSf "$0" | tee >(sha256sum >/dev/null) > "$1"';
/** An upload needs its length before, which a pipe does not tell. */
const TO_S3 =
  'set -o pipefail; curl -sSf "$0" | tee >(sha256sum >/dev/null) | ' +
  'curl -sSf -T - -H "Expect:" -H "Transfer-Encoding:" -H "Content-Length: $2" "$1"';

async function pipes(
  { blobs }: BottleServersReady,
  folder: string,
  pipe: string,
  target: string,
): Promise<Measured> {
  const list = path.join(folder, 'links.txt');
  await writeFile(
    list,
    blobs.map(({ url, bytes }, index) => `${url} ${target}/blob${index} ${bytes}\n`).join(''),
  );
  return await measure('xargs', ['-a', list, '-P', String(CONCURRENCY), '-n', '3', 'bash', '-c', pipe]);
}

function figure(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}

export async function benchBottles(): Promise<void> {
  const total = SIZES.reduce((sum, size) => sum + size, 0) / 1e6;
  const table = new Table({
    head: ['', 'wall s', 'CPU s', 'peak MiB', 'its time / curl’s'],
    style: { head: [], border: [] },
  });
  const last = `formula${SIZES.length - 1}`;
  const wanted = { formulae: [last], tags: [LINUX], 'api-generations': ['internal'] };
  const rows = await withUpstream({ sizes: SIZES, tags: [LINUX] }, async (ready, folder) => [
    ['curl | sha256sum, to a folder', await pipes(ready, folder, TO_FOLDER, folder)] as const,
    ['bottles sync, to a folder', await command('sync', ready, folder, wanted)] as const,
    ['curl | sha256sum, to S3', await pipes(ready, folder, TO_S3, `${ready.s3Url}/bench`)] as const,
    [
      'bottles sync, to S3',
      await command('sync', ready, folder, { ...wanted, destination: 's3://bench/brew' }),
    ] as const,
  ]);
  let yardstick = Number.NaN;
  for (const [name, { seconds, cpuSeconds, peakMegabytes }] of rows) {
    if (name.startsWith('curl')) yardstick = seconds;
    table.push([
      name,
      seconds.toFixed(2),
      figure(cpuSeconds, 2),
      figure(peakMegabytes, 0),
      (seconds / yardstick).toFixed(2),
    ]);
  }
  console.log(
    `\n200 bottles of 0.1 to 60 MB, ${total.toFixed(0)} MB, ${CONCURRENCY} at a time\n${table.toString()}`,
  );
  await upToDate();
  await largeApi();
}

/** A second run over 500 formulae × 4 tags, of which nothing has changed. */
async function upToDate(): Promise<void> {
  const sizes = Array.from({ length: 500 }, () => 1000);
  const tags = [LINUX, 'arm64_linux', 'arm64_tahoe', 'arm64_sequoia'];
  await withUpstream({ sizes, tags }, async (ready, folder) => {
    const wanted = { formulae: sizes.map((_, index) => `formula${index}`), dependencies: false, tags };
    await command('sync', ready, folder, wanted);
    await fetch(`${ready.url}/requests`);
    const { seconds } = await command('sync', ready, folder, wanted);
    const asked = (await (await fetch(`${ready.url}/requests`)).json()) as string[];
    const registry = asked.filter((each) => !each.startsWith('/api/')).length;
    console.log(
      `\nAn up-to-date run over 500 formulae × 4 tags: ${seconds.toFixed(2)} s, ${asked.length} requests for API files, ` +
        `${registry} to the registry (${registry / sizes.length} a formula)`,
    );
  });
}

/** API files of 60 MB in both generations, read and proved in a process that has 512 MB. */
async function largeApi(): Promise<void> {
  const options = { sizes: [1000], tags: [LINUX], paddingFormulae: 8000, paddingBytes: 7000 };
  await withUpstream(options, async (ready, folder) => {
    const wanted = { formulae: ['formula0'], tags: [LINUX] };
    const { seconds, peakMegabytes } = await command('plan', ready, folder, wanted);
    console.log(
      `\nAPI files of ${(ready.apiBytes / 1e6).toFixed(0)} MB, of both generations: ${seconds.toFixed(2)} s, peak ${figure(peakMegabytes, 0)} MiB`,
    );
  });
}

if (import.meta.main) await benchBottles();
