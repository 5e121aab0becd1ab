import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { createS3MirrorStore } from '../../../src/adapters/aws/s3-mirror-store.ts';
import { cleanupBottles } from '../../../src/application/bottles/cleanup.ts';
import { rollbackBottles } from '../../../src/application/bottles/snapshots.ts';
import { verifyBottles } from '../../../src/application/bottles/verify.ts';
import { mirrorClientFor } from '../../adapters/aws/mirror-subjects.ts';
import { motoIsHere, newBucket, runMoto } from '../../adapters/aws/support.ts';
import { type BrewHost, brewInstall } from '../../support/bottles/brew-client.ts';
import { DAY, DAY_1, LINUX, mirrorWorld, NEXT_DAY, sampleKey } from '../../support/bottles/mirror-world.ts';
import { startStrictS3 } from '../../support/strict-s3.ts';

const hostAt = (base: string, generation: BrewHost['generation'], api = 'api'): BrewHost => ({
  api: `${base}/${api}`,
  artifacts: base,
  tag: LINUX,
  generation,
  key: sampleKey().publicKey,
});

const readableByAll = (bucket: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` },
    ],
  });

// The bucket itself is the server: readers ask it without a signature, as they would a public one or CloudFront.
describe('a mirror of bottles in a bucket', () => {
  it('lives through two days, a rollback and a cleanup, and installs all the time', async () => {
    await using server = await startStrictS3();
    await using world = await mirrorWorld();
    const s3 = mirrorClientFor(server.url);
    const store = createS3MirrorStore({ s3, bucket: 'acme-homebrew', prefix: 'brew' });
    const base = `${server.url}/acme-homebrew/brew`;
    expect(await world.sync(store)).toMatchObject({
      ok: true,
      outcome: 'published',
      destination: 's3://acme-homebrew/brew',
    });
    for (const generation of ['internal', 'formula'] as const) {
      expect((await brewInstall(hostAt(base, generation), 'hello')).poured.at(-1)).toBe('hello 1.0');
    }
    await world.publish(NEXT_DAY, DAY_1 + DAY);
    expect(await world.sync(store)).toMatchObject({ outcome: 'published', summary: { fetched: 2 } });
    expect((await brewInstall(hostAt(base, 'internal'), 'hello')).poured.at(-1)).toBe('hello 1.1');
    const ports = world.ports(store);
    await rollbackBottles(ports, '2026-11-21');
    expect((await brewInstall(hostAt(base, 'internal'), 'hello')).poured.at(-1)).toBe('hello 1.0');
    world.now += 30 * DAY;
    await cleanupBottles(ports, { keepSnapshots: 1, maxShare: 1, dryRun: false });
    expect(await verifyBottles(ports, { which: 'all' })).toMatchObject({ ok: true });
    expect(
      (await brewInstall(hostAt(base, 'internal', 'snapshots/2026-11-22/api'), 'hello')).poured.at(-1),
    ).toBe('hello 1.1');
  });

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
  it('installs what both generations of brew ask for, today and from yesterday’s snapshot', async () => {
    const moto = await runMoto();
    try {
      await using world = await mirrorWorld();
      const bucket = await newBucket(moto.clients);
      await moto.clients.s3.send(
        new PutBucketPolicyCommand({ Bucket: bucket, Policy: readableByAll(bucket) }),
      );
      const store = createS3MirrorStore({ s3: moto.clients.s3, bucket, prefix: 'brew' });
      const base = `${moto.url}/${bucket}/brew`;
      await world.sync(store);
      await world.publish(NEXT_DAY, DAY_1 + DAY);
      expect(await world.sync(store)).toMatchObject({ ok: true, outcome: 'published' });
      for (const generation of ['internal', 'formula'] as const) {
        const today = await brewInstall({ ...hostAt(base, generation), oldGlibc: true }, 'hi');
        expect(today.poured).toEqual([
          'glibc 2.39',
          'zlib 1.3.1',
          'libhello@3 3.1_1',
          'hello+plus 2.0',
          'hello 1.1',
        ]);
        const former = await brewInstall(hostAt(base, generation, 'snapshots/2026-11-21/api'), 'hello');
        expect(former.poured.at(-1)).toBe('hello 1.0');
      }
      expect(await world.sync(store)).toMatchObject({ outcome: 'up-to-date', summary: { fetched: 0 } });
    } finally {
      await moto.close();
    }
  }, 60_000);
});
