// Both registries of the benchmark in a process of their own, so that their work is not the subject's.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedRegistry } from '../src/embedded/private-registry/server.ts';
import { makeSampleRelease } from '../src/embedded/sample-registry/make-release.ts';
import { syntheticContents } from '../src/embedded/sample-registry/package-contents.ts';
import { startSampleRegistry } from '../src/embedded/sample-registry/server.ts';
import { makeSigningKey } from '../src/embedded/sample-registry/signing-key.ts';
import { PLATFORMS, PROVIDERS, type ServersOptions, type ServersReady } from './scenario.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as ServersOptions;
const key = await makeSigningKey({ name: 'Bench' });
const releases = await Promise.all(
  PROVIDERS.map((type, row) =>
    makeSampleRelease({
      namespace: 'bench',
      type,
      version: '1.0.0',
      platforms: PLATFORMS,
      key,
      contents: ({ os, arch }) => {
        const column = PLATFORMS.findIndex((platform) => platform.os === os && platform.arch === arch);
        const megabytes = options.sizes[row]?.[column] ?? 0;
        return syntheticContents(megabytes * 1024 ** 2, `${type} ${os} ${arch}`);
      },
    }),
  ),
);
const throttle =
  options.bytesPerSecond === undefined ? {} : { bytesPerSecondPerConnection: options.bytesPerSecond };
const dataDir = await mkdtemp(path.join(tmpdir(), 'provider-sync-bench-'));
const [publicRegistry, privateRegistry] = await Promise.all([
  startSampleRegistry({ releases, ...throttle }),
  startEmbeddedRegistry({
    dataDir,
    organization: 'bench',
    token: options.token,
    discardPackages: true,
    ...throttle,
  }),
]);
const ready: ServersReady = { publicUrl: publicRegistry.url, privateUrl: privateRegistry.url };
process.send?.(ready);
process.once('disconnect', () => {
  void Promise.all([publicRegistry.close(), privateRegistry.close()])
    .then(() => rm(dataDir, { recursive: true, force: true }))
    .then(() => process.exit(0));
});
