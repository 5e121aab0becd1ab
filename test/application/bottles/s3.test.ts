import { describe, expect, it } from 'vitest';
import { createS3MirrorStore } from '../../../src/adapters/aws/s3-mirror-store.ts';
import { mirrorClientFor } from '../../adapters/aws/mirror-subjects.ts';
import { motoIsHere } from '../../adapters/aws/support.ts';
import { brewInstall } from '../../support/bottles/brew-client.ts';
import { motoPlace } from '../../support/bottles/mirror-places.ts';
import { LINUX, mirrorWorld, sampleKey } from '../../support/bottles/mirror-world.ts';
import { startStrictS3 } from '../../support/strict-s3.ts';

describe('a mirror of bottles in a bucket', () => {
  it('is cached as long as its files stay what they are', async () => {
    await using server = await startStrictS3();
    await using world = await mirrorWorld();
    await world.sync(createS3MirrorStore({ s3: mirrorClientFor(server.url), bucket: 'b', prefix: '' }));
    const headersOf = (part: string) => [...server.objects].find(([key]) => key.includes(part))?.[1].headers;
    expect(headersOf('/blobs/')).toMatchObject({
      'content-type': 'application/gzip',
      'cache-control': expect.stringContaining('immutable'),
    });
    expect(headersOf('/manifests/')).toMatchObject({
      'content-type': 'application/vnd.oci.image.index.v1+json',
      'cache-control': 'no-cache',
    });
    expect(headersOf('b/api/')).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-cache',
    });
    expect([...server.objects.values()].some(({ headers }) => 'content-encoding' in headers)).toBe(false);
  });
});

describe.skipIf(!motoIsHere)('a mirror of bottles in moto’s S3', () => {
  it('installs on an old Linux, by an alias and by both generations of brew, from the bucket alone', async () => {
    await using place = await motoPlace();
    await using world = await mirrorWorld();
    const [store, base] = [place.storeAt('brew'), place.urlOf('brew')];
    expect(await world.sync(store)).toMatchObject({ ok: true, outcome: 'published' });
    for (const generation of ['internal', 'formula'] as const) {
      const key = sampleKey().publicKey;
      const host = { api: `${base}/api`, artifacts: base, tag: LINUX, generation, key, oldGlibc: true };
      expect((await brewInstall(host, 'hi')).poured).toEqual([
        'glibc 2.39',
        'zlib 1.3.1',
        'libhello@3 3.1_1',
        'hello+plus 2.0',
        'hello 1.0',
      ]);
    }
    expect(await world.sync(store)).toMatchObject({ outcome: 'up-to-date', summary: { fetched: 0 } });
  }, 60_000);
});
