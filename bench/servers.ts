// The registries and the bucket of the benchmark in a process of their own, so that their work is not the subject's.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Intercept } from '../src/embedded/http-server/exchange.ts';
import { startEmbeddedRegistry } from '../src/embedded/private-registry/server.ts';
import { makeSampleRelease } from '../src/embedded/sample-registry/make-release.ts';
import { syntheticContents } from '../src/embedded/sample-registry/package-contents.ts';
import { startSampleRegistry } from '../src/embedded/sample-registry/server.ts';
import { makeSigningKey } from '../src/embedded/sample-registry/signing-key.ts';
import { startStrictS3 } from '../test/support/strict-s3.ts';
import { type Counts, PLATFORMS, type ServersOptions, type ServersReady, TOKEN } from './scenario.ts';
import { deflatedZip } from './zip-contents.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as ServersOptions;
const { sizes, bytesPerSecond, requestsPerSecond, zips = false } = options;
const key = await makeSigningKey({ name: 'Bench' });
const releases = await Promise.all(
  Object.entries(sizes).map(([type, row]) =>
    makeSampleRelease({
      namespace: 'bench',
      type,
      version: '1.0.0',
      platforms: PLATFORMS,
      key,
      contents: ({ os, arch }) => {
        const column = PLATFORMS.findIndex((platform) => platform.os === os && platform.arch === arch);
        const megabytes = row[column] ?? 0;
        const seed = `${type} ${os} ${arch}`;
        return zips ? deflatedZip(megabytes, seed) : syntheticContents(megabytes * 1024 ** 2, seed);
      },
    }),
  ),
);
const throttle = bytesPerSecond === undefined ? {} : { bytesPerSecondPerConnection: bytesPerSecond };
const dataDir = await mkdtemp(path.join(tmpdir(), 'provider-sync-bench-'));
const counts = { publicDocuments: 0, downloads: 0, privateRequests: 0, refusedForRate: 0 };
const [publicRegistry, privateRegistry, s3] = await Promise.all([
  startSampleRegistry({ releases, ...throttle, intercept: countPublic }),
  startEmbeddedRegistry({
    dataDir,
    organization: 'bench',
    token: TOKEN,
    discardPackages: true,
    intercept: limiting(),
    ...throttle,
  }),
  startStrictS3(),
]);
const ready: ServersReady = {
  publicUrl: publicRegistry.url,
  privateUrl: privateRegistry.url,
  s3Url: s3.url,
};
process.send?.(ready);
process.on('message', () => process.send?.(counts satisfies Counts));
process.once('disconnect', () => {
  void Promise.all([publicRegistry.close(), privateRegistry.close(), s3[Symbol.asyncDispose]()])
    .then(() => rm(dataDir, { recursive: true, force: true }))
    .then(() => process.exit(0));
});

function countPublic({ method, url = '' }: Parameters<Intercept>[0]): boolean {
  if (method === 'GET' && url.endsWith('.zip')) counts.downloads += 1;
  else counts.publicDocuments += 1;
  return false;
}

/** No more than so many requests of the API within any second, as the server sees them arrive; files do not count. */
function limiting(): Intercept {
  const arrivals: number[] = [];
  return ({ url = '' }, response) => {
    if (url.startsWith('/v1/object/')) return false;
    counts.privateRequests += 1;
    if (requestsPerSecond === undefined) return false;
    const now = performance.now();
    while (arrivals.length > 0 && now - (arrivals[0] ?? now) >= 1000) arrivals.shift();
    if (arrivals.length < requestsPerSecond) {
      arrivals.push(now);
      return false;
    }
    counts.refusedForRate += 1;
    response.writeHead(429, { 'retry-after': '1' }).end();
    return true;
  };
}
