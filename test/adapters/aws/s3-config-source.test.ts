import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3ConfigSource, pinConfig } from '../../../src/adapters/aws/s3-config-source.ts';
import { describeConfigSourceContract } from '../../contract/config-source.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { type Moto, motoIsHere, newBucket, putText, runMoto } from './support.ts';

const key = 'config.json';

describe.skipIf(!motoIsHere)('the config in S3 (needs Python and pip)', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await runMoto();
  }, 120_000);
  afterAll(() => moto?.close());

  describeConfigSourceContract('S3', async (text) => {
    const bucket = await newBucket(moto.clients);
    const versionId = text === undefined ? null : await putText(moto.clients, bucket, text);
    const source = createS3ConfigSource(moto.clients.s3, { bucket, key, versionId });
    return { source, [Symbol.asyncDispose]: async () => undefined };
  });

  it('is read in exactly the version that was named', async () => {
    const bucket = await newBucket(moto.clients);
    const versionId = await putText(moto.clients, bucket, 'first');
    await putText(moto.clients, bucket, 'second');
    const { s3 } = moto.clients;
    const pinned = await pinConfig(s3, { bucket, key, versionId: versionId ?? '' });
    expect(pinned).toEqual({ bucket, key, versionId });
    expect(await createS3ConfigSource(s3, pinned).read()).toBe('first');
  });

  it('is pinned to the latest version when none is named', async () => {
    const bucket = await newBucket(moto.clients);
    await putText(moto.clients, bucket, 'first');
    const versionId = await putText(moto.clients, bucket, 'second');
    const { s3 } = moto.clients;
    const pinned = await pinConfig(s3, { bucket, key });
    expect(pinned).toEqual({ bucket, key, versionId });
    await putText(moto.clients, bucket, 'third');
    expect(await createS3ConfigSource(s3, pinned).read()).toBe('second');
  });

  it('has no version in a bucket that keeps none', async () => {
    const bucket = await newBucket(moto.clients, false);
    await putText(moto.clients, bucket, 'text');
    const pinned = await pinConfig(moto.clients.s3, { bucket, key });
    expect(pinned).toEqual({ bucket, key, versionId: null });
    expect(await createS3ConfigSource(moto.clients.s3, pinned).read()).toBe('text');
  });

  it.each([
    ['object', async () => ({ bucket: await newBucket(moto.clients) })],
    ['bucket', async () => ({ bucket: 'no-such-bucket-anywhere' })],
    [
      'version',
      async () => {
        const bucket = await newBucket(moto.clients);
        await putText(moto.clients, bucket, 'text');
        return { bucket, versionId: '8cd7b1b2-7b5c-4a3b-9d5e-000000000000' };
      },
    ],
  ])('is said to be missing when there is no such %s', async (_what, make) => {
    const { bucket, versionId = null } = (await make()) as { bucket: string; versionId?: string };
    const source = createS3ConfigSource(moto.clients.s3, { bucket, key, versionId });
    await expect(source.read()).rejects.toMatchObject({
      code: 'ConfigNotFound',
      message: expect.stringContaining(`s3://${bucket}/config.json`),
    });
  });

  it('is refused when it is larger than 1 MiB', async () => {
    const bucket = await newBucket(moto.clients);
    const versionId = await putText(moto.clients, bucket, ' '.repeat(1024 * 1024 + 1));
    const source = createS3ConfigSource(moto.clients.s3, { bucket, key, versionId });
    await expect(source.read()).rejects.toMatchObject({
      code: 'ConfigTooLarge',
      message: expect.stringContaining('at most 1 MiB is read'),
    });
  });
});

describe('S3 when it refuses', () => {
  it.each([
    [403, 'AccessDenied', 'ConfigUnreadable'],
    [503, 'SlowDown', 'ServiceUnavailable'],
    [500, 'InternalError', 'ServiceUnavailable'],
  ] as const)('with %i %s, is reported as %s', async (status, name, code) => {
    await using server = await scriptedServer(() => ({
      status,
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0"?><Error><Code>${name}</Code><Message>no</Message></Error>`,
    }));
    const s3 = new S3Client({
      endpoint: server.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      forcePathStyle: true,
      maxAttempts: 1,
    });
    const source = createS3ConfigSource(s3, { bucket: 'configs', key, versionId: null });
    await expect(source.read()).rejects.toMatchObject({
      code,
      message: expect.stringContaining('s3://configs/'),
    });
  });

  it('is reported as unavailable when it cannot be reached at all', async () => {
    const s3 = new S3Client({
      endpoint: 'http://127.0.0.1:1',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      forcePathStyle: true,
      maxAttempts: 1,
    });
    await expect(pinConfig(s3, { bucket: 'configs', key })).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: expect.stringContaining('(ECONNREFUSED)'),
    });
  });
});
