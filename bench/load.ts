// Many providers against a private registry that limits the rate: requests, rate, memory.
import { type Measured, withServers } from './measure.ts';
import { type Counts, PLATFORMS } from './scenario.ts';
import { inFolder, providerSync } from './subject.ts';
import { figure, printTable } from './table.ts';

const REQUESTS_PER_SECOND = 30;
/** A few kilobytes, so that the requests are what it takes. */
const PACKAGE_MEGABYTES = 1 / 256;

/** `count` providers, published and then found up to date. */
export async function load(count: number): Promise<void> {
  const types = Array.from({ length: count }, (_, index) => `p${index}`);
  const sizes = Object.fromEntries(types.map((type) => [type, PLATFORMS.map(() => PACKAGE_MEGABYTES)]));
  const options = { sizes, requestsPerSecond: REQUESTS_PER_SECOND };
  await inFolder(async (folder) => {
    await withServers(options, async (servers) => {
      const rows: string[][] = [];
      let before = await servers.counts();
      for (const run of ['all to publish', 'all up to date']) {
        const measured = await providerSync({ servers, folder, types }, 'sync');
        const after = await servers.counts();
        rows.push(rowOf(run, count, measured, before, after));
        before = after;
      }
      printTable(
        `${count} providers × ${PLATFORMS.length} platforms, ${REQUESTS_PER_SECOND} requests a second allowed`,
        [
          '',
          'private requests / provider',
          'public / provider',
          'private / s',
          'answered 429',
          'wall s',
          'wall s / what the limit allows',
          'CPU s',
          'peak MiB',
        ],
        rows,
      );
    });
  });
}

function rowOf(
  run: string,
  count: number,
  { seconds, cpuSeconds, peakMegabytes }: Measured,
  before: Counts,
  after: Counts,
): string[] {
  const requests = after.privateRequests - before.privateRequests;
  return [
    run,
    figure(requests / count, 2),
    figure((after.publicDocuments - before.publicDocuments) / count, 2),
    figure(requests / seconds, 1),
    String(after.refusedForRate - before.refusedForRate),
    figure(seconds, 1),
    figure(seconds / (requests / REQUESTS_PER_SECOND), 2),
    figure(cpuSeconds, 1),
    figure(peakMegabytes, 0),
  ];
}
