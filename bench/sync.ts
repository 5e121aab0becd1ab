// What a sync costs beside other ways to do the same.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DEFAULT_CONCURRENCY } from '../src/application/sync/ports.ts';
import { registerProvider } from './api.ts';
import { type Measured, measure, type Servers, withServers } from './measure.ts';
import { PROVIDERS, type ServersOptions, type Sizes, TOKEN, uniformSizes } from './scenario.ts';
import { inFolder, providerSync, root } from './subject.ts';
import { figure, printTable } from './table.ts';

type Way = (servers: Servers, folder: string) => Promise<Measured>;

export const sync: Way = (servers, folder) => providerSync({ servers, folder, types: PROVIDERS }, 'sync');

async function designDocumentWay(servers: Servers): Promise<Measured> {
  const { publicUrl, privateUrl } = servers;
  const task = JSON.stringify({ registries: { publicUrl, privateUrl, token: TOKEN }, providers: PROVIDERS });
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
/** The digest alone, of the same bytes: curl's part is in the other pipe already. */
const HASH_ONLY = 'openssl dgst -sha256 "$0"';

/** A shell pipe for every package, as many at a time as a sync has; registering the versions is not counted. */
function shellPipes(pipe: string): Way {
  return async (servers, folder) => {
    const links = [];
    for (const type of PROVIDERS) links.push(...(await registerProvider({ ...servers, token: TOKEN }, type)));
    const list = path.join(folder, 'links.txt');
    await writeFile(
      list,
      links.map(({ downloadUrl, uploadUrl }) => `${downloadUrl} ${uploadUrl}\n`).join(''),
    );
    return await measure('xargs', [...eachOf(list, 2), 'bash', '-c', pipe]);
  };
}

function eachOf(list: string, words: number): readonly string[] {
  return ['-a', list, '-P', String(DEFAULT_CONCURRENCY), '-n', String(words)];
}

/** `openssl dgst -sha256` over the same packages from the page cache. */
async function hashAlone(servers: Servers, folder: string): Promise<Measured> {
  const files: string[] = [];
  for (const type of PROVIDERS) {
    for (const { downloadUrl } of await registerProvider({ ...servers, token: TOKEN }, type)) {
      const file = path.join(folder, `${files.length}.zip`);
      await measure('curl', ['-sSf', '-o', file, downloadUrl]);
      files.push(file);
    }
  }
  const list = path.join(folder, 'files.txt');
  await writeFile(list, files.map((file) => `${file}\n`).join(''));
  return await measure('xargs', [...eachOf(list, 1), 'bash', '-c', HASH_ONLY]);
}

/** Wall time, CPU and memory of a sync beside the yardsticks. */
export async function compareSync(title: string, sizes: Sizes, bytesPerSecond?: number): Promise<void> {
  const options: ServersOptions = { sizes, ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }) };
  const ways: readonly (readonly [string, Way])[] = [
    ['provider-sync sync', sync],
    ['(a) the design document’s way', designDocumentWay],
    ['(b) curl | curl', shellPipes(CURL_PIPE)],
    ['(b) with the hash', shellPipes(HASHING_PIPE)],
  ];
  const rows: { readonly name: string; readonly measured: Measured }[] = [];
  for (const [name, way] of ways) rows.push({ name, measured: await fresh(options, way) });
  const subject = rows[0]?.measured.seconds ?? Number.NaN;
  printTable(
    title,
    ['', 'wall s', 'CPU s', 'peak MiB', 'to disk MiB', 'its time / sync’s'],
    rows.map(({ name, measured }) => [
      name,
      measured.seconds.toFixed(2),
      figure(measured.cpuSeconds, 2),
      figure(measured.peakMegabytes, 0),
      figure(measured.megabytesToDisk, 1),
      (measured.seconds / subject).toFixed(2),
    ]),
  );
}

/** CPU seconds of a sync beside those of `curl | curl` and of the digest alone over the same bytes. */
export async function compareCpu(sizes: Sizes): Promise<void> {
  const best = async (way: Way): Promise<number> => {
    const runs: number[] = [];
    for (let run = 0; run < 3; run += 1) runs.push((await fresh({ sizes }, way)).cpuSeconds ?? Number.NaN);
    return Math.min(...runs);
  };
  const [subject, pipe, hash] = [
    await best(sync),
    await best(shellPipes(CURL_PIPE)),
    (await fresh({ sizes }, hashAlone)).cpuSeconds ?? Number.NaN,
  ];
  printTable(
    'CPU seconds of a sync, and of curl | curl and openssl dgst -sha256 over the same bytes (the best of three)',
    ['sync', 'curl | curl', 'openssl', 'sync / their sum'],
    [[...[subject, pipe, hash].map((each) => figure(each, 2)), figure(subject / (pipe + hash), 2)]],
  );
}

async function fresh(options: ServersOptions, way: Way): Promise<Measured> {
  return await inFolder((folder) => withServers(options, (servers) => way(servers, folder)));
}

/** Peak memory of a sync of the same number of packages, all small and all large. */
export async function memoryBySize(): Promise<void> {
  const rows: string[][] = [];
  for (const size of [5, 30, 120]) {
    const measured = await fresh({ sizes: uniformSizes(size) }, sync);
    rows.push([`${size} MiB`, figure(measured.peakMegabytes, 0)]);
  }
  printTable('Peak memory of a sync by package size', ['25 packages of', 'peak MiB'], rows);
}
