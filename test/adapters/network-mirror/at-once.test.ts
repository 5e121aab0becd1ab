import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createS3MirrorStore } from '../../../src/adapters/aws/s3-mirror-store.ts';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { createNetworkMirror } from '../../../src/adapters/network-mirror/network-mirror.ts';
import { makeSampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import type { VerifiedProvider } from '../../../src/ports/destination.ts';
import type { MirrorStore } from '../../../src/ports/mirror-store.ts';
import { deliver, viewOf } from '../../contract/destination-releases.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { mirrorClientView, type ReadKey } from '../../support/mirror-client.ts';
import { startStrictS3 } from '../../support/strict-s3.ts';
import { DARWIN, LINUX } from '../../support/sync-world.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';
import { verifiedProviderOf } from '../../support/verified-provider.ts';
import { mirrorClientFor } from '../aws/mirror-subjects.ts';

const temporaryFolder = temporaryFolders();
const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));

describe('many runs at once on one mirror', () => {
  let wanted: readonly VerifiedProvider[];
  beforeAll(async () => {
    const key = await makeSigningKey({});
    const versions = ['1.0.0', '1.1.0', '1.2.0', '2.0.0-beta1'];
    const releases = await Promise.all(
      versions.map((version) =>
        makeSampleRelease({ namespace: 'acme', type: 'anvil', version, platforms: [LINUX, DARWIN], key }),
      ),
    );
    const each = releases.flatMap((release) =>
      [LINUX, DARWIN].map((platform) => verifiedProviderOf(release, { platforms: [platform] })),
    );
    wanted = await Promise.all(each);
  });

  /** Each platform of each version by a run of its own, all at the same time; what a client sees afterwards. */
  const allAtOnce = async (storeOf: () => MirrorStore, read: ReadKey) => {
    await Promise.all(
      wanted.map((provider) =>
        deliver(createNetworkMirror({ name: 'm', store: storeOf(), clock }), provider),
      ),
    );
    return await mirrorClientView(read, (wanted[0] as VerifiedProvider).address);
  };

  it('lose nothing in a folder', async () => {
    const folder = await temporaryFolder();
    const view = await allAtOnce(
      () => createFolderMirrorStore(folder),
      async (key) => await readFile(join(folder, key)).catch(() => undefined),
    );
    expect(view).toEqual(viewOf(...wanted));
  });

  it('lose nothing in S3, which refuses some of their writes for each other’s sake', async () => {
    await using server = await startStrictS3({
      fault: (method, path, nth) =>
        method === 'PUT' && path.includes('.json') && nth % 5 === 0
          ? { status: 409, code: 'ConditionalRequestConflict' }
          : undefined,
    });
    const view = await allAtOnce(
      () => createS3MirrorStore({ s3: mirrorClientFor(server.url), bucket: 'bucket', prefix: 'mirror' }),
      async (key) => server.objects.get(`bucket/mirror/${key}`)?.bytes,
    );
    expect(view).toEqual(viewOf(...wanted));
    expect(server.requests.length).toBeGreaterThan(100);
  });
});
