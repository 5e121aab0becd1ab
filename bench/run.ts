// npm run bench [-- --only NAME]: what a sync costs, beside yardsticks in the same run, and what the bundles weigh.
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { DEFAULT_CONCURRENCY } from '../src/application/sync/ports.ts';
import { benchBottles } from './bottles.ts';
import { measureBundles } from './bundles.ts';
import { benchCatalogue } from './catalogue.ts';
import { benchCatalogueWriting } from './catalogue-writing.ts';
import { benchDeployments } from './deployments.ts';
import { bundlesBesideTar, mirrorUpToDate, severalDestinations } from './destinations.ts';
import { benchLedger } from './ledger.ts';
import { load } from './load.ts';
import { SIZES_BY_PLATFORM, SIZES_BY_PROVIDER, totalOf } from './scenario.ts';
import { root } from './subject.ts';
import { compareCpu, compareSync, memoryBySize } from './sync.ts';
import { figure, printTable } from './table.ts';

const THROTTLED_BYTES_PER_SECOND = 40_000_000;
const GIBIBYTES = (totalOf(SIZES_BY_PROVIDER) / 1024).toFixed(2);

const ROWS: Readonly<Record<string, () => Promise<void>>> = {
  sync: () => compareSync(`A size a provider, ${GIBIBYTES} GiB, unthrottled`, SIZES_BY_PROVIDER),
  throttled: () =>
    compareSync(
      `Every size in each provider, ${GIBIBYTES} GiB, 40 MB/s a connection`,
      SIZES_BY_PLATFORM,
      THROTTLED_BYTES_PER_SECOND,
    ),
  cpu: () => compareCpu(SIZES_BY_PROVIDER),
  memory: memoryBySize,
  load: () => load(200),
  destinations: () => severalDestinations(12),
  bundles: () => bundlesBesideTar(SIZES_BY_PROVIDER),
  'up-to-date': () => mirrorUpToDate(12),
  bottles: benchBottles,
  ledger: benchLedger,
  deployments: benchDeployments,
  catalogue: async () => {
    await benchCatalogueWriting();
    await benchCatalogue();
  },
  functions,
};

async function functions(): Promise<void> {
  const measured = await measureBundles();
  printTable(
    'The functions’ bundles',
    ['function', 'bundle KiB', 'cold import ms'],
    measured.map(({ function: name, bytes, coldImportMs }) => [
      name,
      figure(bytes / 1024, 0),
      figure(coldImportMs, 0),
    ]),
  );
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const { only } = values;
if (only !== undefined && ROWS[only] === undefined) {
  console.error(`There is no row "${only}". There are: ${Object.keys(ROWS).join(', ')}.`);
  process.exit(2);
}
await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: root });
console.log(`On loopback, ${DEFAULT_CONCURRENCY} packages at a time, Node ${process.version}`);
for (const [name, row] of Object.entries(ROWS)) if (only === undefined || only === name) await row();
