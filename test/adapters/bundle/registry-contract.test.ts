import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBundle } from '../../../src/adapters/bundle/open-bundle.ts';
import { createBundleRegistry } from '../../../src/adapters/bundle/registry.ts';
import { describePublicRegistryContract } from '../../contract/public-registry.ts';
import { bundleOf, writeBundleFolder, writeBundleTar } from '../../support/bundles.ts';

for (const [kind, write] of [
  ['a folder', writeBundleFolder],
  ['a tar', writeBundleTar],
] as const) {
  describePublicRegistryContract(`a bundle that is ${kind}`, async (releases) => {
    const parent = await mkdtemp(join(tmpdir(), 'provider-sync-bundle-'));
    const contents = await openBundle(await write(await bundleOf(releases), join(parent, 'bundle')));
    return {
      registry: createBundleRegistry(contents),
      [Symbol.asyncDispose]: async () => {
        await contents[Symbol.asyncDispose]();
        await rm(parent, { recursive: true, force: true });
      },
    };
  });
}
