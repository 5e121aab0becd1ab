// One download for several destinations, bundles beside tar, and mirrors beside Terraform's own command.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { terraformIsHere } from '../test/support/terraform.ts';
import { type Measured, measure, type Servers, withServers } from './measure.ts';
import { PROVIDERS, type Sizes, totalOf, uniformSizes } from './scenario.ts';
import { type DestinationName, inFolder, providerSync } from './subject.ts';
import { figure, printTable } from './table.ts';

const SETS: readonly (readonly DestinationName[])[] = [
  ['hcp'],
  ['folder'],
  ['bucket'],
  ['hcp', 'folder'],
  ['hcp', 'folder', 'bucket'],
];

/** Wall time, CPU and memory of one, two and three destinations, and how often each package was downloaded. */
export async function severalDestinations(megabytes: number): Promise<void> {
  const sizes = uniformSizes(megabytes);
  const packages = Object.values(sizes).flat().length;
  const alone = new Map<DestinationName, Measured>();
  const rows: string[][] = [];
  for (const destinations of SETS) {
    const { measured, downloads } = await inFolder((folder) =>
      withServers({ sizes, zips: true }, async (servers) => ({
        measured: await providerSync({ servers, folder, types: PROVIDERS, destinations }, 'sync'),
        downloads: (await servers.counts()).downloads,
      })),
    );
    const [only] = destinations;
    if (destinations.length === 1 && only !== undefined) alone.set(only, measured);
    const singles = destinations.flatMap((name) => alone.get(name) ?? []);
    rows.push([
      destinations.join(' + '),
      figure(measured.seconds, 2),
      figure(measured.seconds / most(singles.map(({ seconds }) => seconds)), 2),
      figure(measured.cpuSeconds, 2),
      figure((measured.cpuSeconds ?? Number.NaN) / most(singles.map(({ cpuSeconds = 0 }) => cpuSeconds)), 2),
      figure(measured.peakMegabytes, 0),
      figure(downloads / packages, 2),
    ]);
  }
  printTable(
    `One download for several destinations: 25 zips of ${megabytes} MiB`,
    ['', 'wall s', '/ slowest alone', 'CPU s', '/ dearest alone', 'peak MiB', 'downloads a package'],
    rows,
  );
}

function most(values: readonly number[]): number {
  return Math.max(...values);
}

/** `export` and `import` beside what packs and proves the same bytes without looking inside. */
export async function bundlesBesideTar(sizes: Sizes): Promise<void> {
  const rows = await inFolder((folder) =>
    withServers({ sizes, zips: true }, async (servers) => {
      const subject = { servers, folder, types: PROVIDERS };
      const bundle = path.join(folder, 'bundle');
      const tar = path.join(folder, 'bundle.tar');
      const exported = await providerSync(subject, 'export', ['--to', bundle]);
      const exportedTar = await providerSync(subject, 'export', ['--to', tar]);
      const imported = await providerSync({ ...subject, destinations: ['folder'] }, 'import', [tar]);
      const out = path.join(folder, 'out');
      await mkdir(out);
      const pack = 'tar -cf "$1/plain.tar" -C "$0" . && sha256sum "$1/plain.tar" >"$1/sum"';
      const unpack =
        'sha256sum -c "$0/sum" && tar -xf "$0/plain.tar" -C "$0" && find "$0/mirror" -name "*.zip" -exec sha256sum {} +';
      const packed = await measure('bash', ['-c', pack, bundle, out]);
      const unpacked = await measure('bash', ['-c', unpack, out]);
      return [
        row('export to a folder (download, prove)', exported, undefined),
        row('export to a tar (download, prove, pack)', exportedTar, undefined),
        row('tar -c, sha256sum', packed, undefined),
        row('import of the tar to a folder mirror', imported, unpacked),
        row('sha256sum -c, tar -x, sha256sum of each zip', unpacked, undefined),
      ];
    }),
  );
  printTable(
    `Bundles of ${(totalOf(sizes) / 1024).toFixed(2)} GiB`,
    ['', 'wall s', 'CPU s', 'peak MiB', 'wall / the plain way'],
    rows,
  );
}

function row(name: string, measured: Measured, beside: Measured | undefined): string[] {
  return [
    name,
    figure(measured.seconds, 2),
    figure(measured.cpuSeconds, 2),
    figure(measured.peakMegabytes, 0),
    beside === undefined ? '' : figure(measured.seconds / beside.seconds, 2),
  ];
}

/** A mirror with everything in it, brought up to date by a sync and by `terraform providers mirror`. */
export async function mirrorUpToDate(megabytes: number): Promise<void> {
  const sizes = uniformSizes(megabytes);
  const rows = await inFolder((folder) =>
    withServers({ sizes, zips: true }, async (servers) => {
      const subject = { servers, folder, types: PROVIDERS, destinations: ['folder'] as const };
      await providerSync(subject, 'sync');
      const ways: (readonly [string, () => Promise<Measured>])[] = [
        ['provider-sync sync', () => providerSync(subject, 'sync')],
      ];
      if (terraformIsHere) ways.push(['terraform providers mirror', await terraformMirror(servers, folder)]);
      const result: string[][] = [];
      for (const [name, way] of ways) {
        const before = (await servers.counts()).downloads;
        const measured = await way();
        const { downloads } = await servers.counts();
        result.push([
          name,
          figure(measured.seconds, 2),
          figure(measured.cpuSeconds, 2),
          String(downloads - before),
        ]);
      }
      return result;
    }),
  );
  printTable(
    `A folder mirror of ${PROVIDERS.length} providers with ${totalOf(sizes)} MiB, everything up to date`,
    ['', 'wall s', 'CPU s', 'packages downloaded'],
    rows,
  );
}

/** Fills a mirror of its own first; what is returned does the same again. */
async function terraformMirror(servers: Servers, folder: string): Promise<() => Promise<Measured>> {
  const work = path.join(folder, 'terraform');
  const host = 'registry.example.com';
  await mkdir(work);
  const services = `services = { "providers.v1" = "${servers.publicUrl}/catalog/providers/" }`;
  await writeFile(path.join(work, 'cli.rc'), `disable_checkpoint = true\nhost "${host}" { ${services} }\n`);
  const required = PROVIDERS.map(
    (type) => `    ${type} = { source = "${host}/bench/${type}", version = "1.0.0" }\n`,
  );
  await writeFile(
    path.join(work, 'main.tf'),
    `terraform {\n  required_providers {\n${required.join('')}  }\n}\n`,
  );
  const platforms = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64', 'windows_amd64'];
  const args = [
    'providers',
    'mirror',
    ...platforms.map((each) => `-platform=${each}`),
    path.join(work, 'mirror'),
  ];
  const mirror = (): Promise<Measured> =>
    measure(
      'terraform',
      args,
      { TF_CLI_CONFIG_FILE: path.join(work, 'cli.rc'), CHECKPOINT_DISABLE: '1' },
      work,
    );
  await mirror();
  if ((await readdir(path.join(work, 'mirror'))).length === 0) throw new Error('terraform mirrored nothing');
  return mirror;
}
