// npm run bench: what a sync costs, beside two yardsticks in the same run, and what the bundles weigh.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import Table from 'cli-table3';
import { DEFAULT_CONCURRENCY } from '../src/application/sync/ports.ts';
import { registerProvider } from './api.ts';
import { benchBottles } from './bottles.ts';
import { measureBundles } from './bundles.ts';
import { benchLedger } from './ledger.ts';
import { type Measured, measure, withServers } from './measure.ts';
import {
  PLATFORMS,
  PROVIDERS,
  type ServersOptions,
  type ServersReady,
  SIZES,
  SIZES_BY_PLATFORM,
  SIZES_BY_PROVIDER,
  type Sizes,
  uniformSizes,
} from './scenario.ts';

const root = path.resolve(import.meta.dirname, '..');
const TOKEN = 'bench-token';
const THROTTLED_BYTES_PER_SECOND = 40_000_000;

type Servers = ServersReady & { readonly token: string };

interface Row {
  readonly name: string;
  readonly measured: Measured;
}

async function sync(servers: Servers, folder: string): Promise<Measured> {
  const config = path.join(folder, 'config.json');
  const entries = PROVIDERS.map((provider) => ({
    provider,
    namespace: 'bench',
    version: '1.0.0',
    platforms: PLATFORMS,
  }));
  await writeFile(config, JSON.stringify(entries));
  return await measure(
    process.execPath,
    [
      '--import',
      path.join(root, 'bench/usage.mjs'),
      path.join(root, 'dist/provider-sync.mjs'),
      'sync',
      config,
      '--registry',
      servers.publicUrl,
      '--quiet',
      '--json',
    ],
    { TFC_ADDRESS: servers.privateUrl, TFC_ORGANIZATION: 'bench', TFC_TOKEN: servers.token },
  );
}

async function designDocumentWay(servers: Servers): Promise<Measured> {
  const task = JSON.stringify({ registries: servers, providers: PROVIDERS });
  return await measure(process.execPath, [
    '--import',
    path.join(root, 'bench/usage.mjs'),
    path.join(root, 'bench/design-document-way.ts'),
    task,
  ]);
}

const CURL_PIPE = 'set -o pipefail; curl -sSf "$0" | curl -sSf -H "Expect:" -T - "$1"';
/** Hashes as a sync does, though it learns the digest too late to hold anything back. */
const HASHING_PIPE =
  'set -o pipefail; curl -sSf "$0" | tee >(openssl dgst -sha256 >/dev/null) | curl -sSf -H "Expect:" -T - "$1"';

/** A shell pipe for every package, as many at a time as a sync has; registering the versions is not counted. */
async function shellPipes(servers: Servers, folder: string, pipe: string): Promise<Measured> {
  const links = [];
  for (const type of PROVIDERS) links.push(...(await registerProvider(servers, type)));
  const list = path.join(folder, 'links.txt');
  await writeFile(list, links.map(({ downloadUrl, uploadUrl }) => `${downloadUrl} ${uploadUrl}\n`).join(''));
  return await measure('xargs', [
    '-a',
    list,
    '-P',
    String(DEFAULT_CONCURRENCY),
    '-n',
    '2',
    'bash',
    '-c',
    pipe,
  ]);
}

async function scenario(title: string, sizes: Sizes, bytesPerSecond?: number): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bench-'));
  const options: ServersOptions = {
    sizes,
    token: TOKEN,
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
  };
  const ways: readonly [string, (servers: Servers) => Promise<Measured>][] = [
    ['provider-sync sync', (servers) => sync(servers, folder)],
    ['(a) the design document’s way', designDocumentWay],
    ['(b) curl | curl', (servers) => shellPipes(servers, folder, CURL_PIPE)],
    ['(b) with the hash', (servers) => shellPipes(servers, folder, HASHING_PIPE)],
  ];
  const rows: Row[] = [];
  for (const [name, way] of ways) {
    rows.push({ name, measured: await withServers(options, (urls) => way({ ...urls, token: TOKEN })) });
  }
  await rm(folder, { recursive: true });
  printScenario(title, rows);
}

function printScenario(title: string, rows: readonly Row[]): void {
  const subject = rows[0]?.measured.seconds ?? Number.NaN;
  const table = new Table({
    head: ['', 'wall s', 'CPU s', 'peak MiB', 'to disk MiB', 'its time / sync’s'],
    style: { head: [], border: [] },
  });
  for (const { name, measured } of rows) {
    table.push([
      name,
      measured.seconds.toFixed(2),
      figure(measured.cpuSeconds, 2),
      figure(measured.peakMegabytes, 0),
      figure(measured.megabytesToDisk, 1),
      (measured.seconds / subject).toFixed(2),
    ]);
  }
  console.log(`\n${title}\n${table.toString()}`);
}

function figure(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}

/** Peak memory of a sync of the same number of packages, all small and all large. */
async function memoryBySize(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bench-'));
  const table = new Table({ head: ['25 packages of', 'peak MiB'], style: { head: [], border: [] } });
  for (const size of [5, 30, 120]) {
    const measured = await withServers({ sizes: uniformSizes(size), token: TOKEN }, (urls) =>
      sync({ ...urls, token: TOKEN }, folder),
    );
    table.push([`${size} MiB`, figure(measured.peakMegabytes, 0)]);
  }
  await rm(folder, { recursive: true });
  console.log(`\nPeak memory of a sync by package size\n${table.toString()}`);
}

async function bundles(): Promise<void> {
  const table = new Table({
    head: ['function', 'bundle KiB', 'cold import ms'],
    style: { head: [], border: [] },
  });
  for (const { function: name, bytes, coldImportMs } of await measureBundles()) {
    table.push([name, figure(bytes / 1024, 0), figure(coldImportMs, 0)]);
  }
  console.log(`\nThe functions’ bundles\n${table.toString()}`);
}

await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: root });
const total = (SIZES.reduce((sum, size) => sum + size, 0) * PLATFORMS.length) / 1024;
console.log(
  `${PROVIDERS.length} providers × ${PLATFORMS.length} platforms, packages of ${SIZES.join(', ')} MiB: ${total.toFixed(2)} GiB on loopback, ` +
    `${DEFAULT_CONCURRENCY} packages at a time, Node ${process.version}`,
);
await scenario('A size a provider, unthrottled', SIZES_BY_PROVIDER);
await scenario('A size a provider, 40 MB/s a connection', SIZES_BY_PROVIDER, THROTTLED_BYTES_PER_SECOND);
await scenario('Every size in each provider, unthrottled', SIZES_BY_PLATFORM);
await scenario(
  'Every size in each provider, 40 MB/s a connection',
  SIZES_BY_PLATFORM,
  THROTTLED_BYTES_PER_SECOND,
);
await memoryBySize();
await bundles();
await benchBottles();
await benchLedger();
