import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../../scripts/stand-ins/aws-resources.ts';
import { createS3Kinds } from '../../../src/adapters/aws/s3-deployment-kinds.ts';
import { type ScriptedAnswer, scriptedServer } from '../../support/scripted-server.ts';
import { type Moto, motoIsHere, newBucket, runMoto } from './support.ts';

describe.skipIf(!motoIsHere)('a catalogue of kinds in S3 (needs Python and pip)', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await runMoto();
  }, 120_000);
  afterAll(() => moto?.close());

  const catalogueOf = async (prefix: string, files: Readonly<Record<string, string>>) => {
    const { s3 } = moto.clients;
    const bucket = await newBucket(moto.clients);
    for (const [Key, Body] of Object.entries(files))
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentLength: Body.length }));
    return createS3Kinds({ s3, bucket, prefix });
  };

  it.each([
    ['catalogue', 'catalogue/'],
    ['', ''],
  ])('below %j is its folders, and of each the files', async (prefix, root) => {
    const kinds = await catalogueOf(prefix, {
      [`${root}web/kind.json`]: '{}',
      [`${root}web/module/main.tf`]: '# main',
      [`${root}web/module/deep/er.tf`]: '# deeper',
      [`${root}web/module/.terraform/providers/big`]: 'left from a trial',
      [`${root}web/empty/`]: '',
      [`${root}web-db/kind.json`]: '{"other":true}',
      [`${root}Not A Kind/kind.json`]: '{}',
      [`${root}README.md`]: 'about',
      'elsewhere.txt': 'no folder',
    });
    expect(await kinds.names()).toEqual(['web', 'web-db']);
    expect(Object.fromEntries((await kinds.read('web')) ?? [])).toEqual({
      'kind.json': '{}',
      'module/main.tf': '# main',
      'module/deep/er.tf': '# deeper',
    });
    expect(await kinds.read('nothing')).toBeUndefined();
  });

  it('takes as many bytes as a kind may have, and not one more', async () => {
    const half = 'x'.repeat(1024 * 1024);
    const kinds = await catalogueOf('catalogue', {
      'catalogue/full/a': half,
      'catalogue/full/b': half,
      'catalogue/more/a': half,
      'catalogue/more/b': `${half}x`,
    });
    expect((await kinds.read('full'))?.size).toBe(2);
    await expect(kinds.read('more')).rejects.toMatchObject({
      code: 'DeploymentInvalid',
      message: expect.stringMatching(/^The kind in s3:\/\/.*\/catalogue\/more is too much to be one\.$/),
    });
  });
});

describe('S3 that is asked for kinds', () => {
  const kindsAt = (endpoint: string) =>
    createS3Kinds({
      s3: new S3Client({
        endpoint,
        region: REGION,
        credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
        forcePathStyle: true,
        maxAttempts: 1,
      }),
      bucket: 'ours',
      prefix: 'catalogue',
    });
  const listing = (count: number, more = ''): ScriptedAnswer => ({
    headers: { 'content-type': 'application/xml' },
    body:
      `<ListBucketResult><KeyCount>${count}</KeyCount>${more}` +
      Array.from(
        { length: count },
        (_, at) => `<Contents><Key>catalogue/web/${at}.tf</Key><Size>1</Size></Contents>`,
      ).join('') +
      '</ListBucketResult>',
  });

  it('is asked for no file of a kind that has more than 500', async () => {
    await using server = await scriptedServer(({ path }) =>
      path.includes('list-type=2') ? listing(501) : { body: 'x' },
    );
    await expect(kindsAt(server.url).read('web')).rejects.toMatchObject({ code: 'DeploymentInvalid' });
    expect(server.requests).toHaveLength(1);
    await using allowed = await scriptedServer(({ path }) =>
      path.includes('list-type=2') ? listing(500) : { body: 'x' },
    );
    expect((await kindsAt(allowed.url).read('web'))?.size).toBe(500);
  });

  it('is not listened to for ever', async () => {
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken>';
    await using server = await scriptedServer((_request, nth) =>
      listing(400, more.replace('again', `${nth}`)),
    );
    await expect(kindsAt(server.url).read('web')).rejects.toMatchObject({ code: 'DeploymentInvalid' });
    expect(server.requests).toHaveLength(3);
  });

  it.each(['../web', 'Web', 'web/module', ''])('is not asked for %j, which is no name', async (name) => {
    await using server = await scriptedServer(() => listing(1));
    expect(await kindsAt(server.url).read(name)).toBeUndefined();
    expect(server.requests).toEqual([]);
  });

  it('is not taken for an empty catalogue when it does not answer', async () => {
    const away = { status: 503, body: '<Error><Code>SlowDown</Code></Error>' };
    await using server = await scriptedServer(() => away);
    await expect(kindsAt(server.url).names()).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: expect.stringContaining('Listing s3://ours/catalogue'),
    });
    await using half = await scriptedServer(({ path }) => (path.includes('list-type=2') ? listing(2) : away));
    await expect(kindsAt(half.url).read('web')).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: expect.stringMatching(/^Reading s3:\/\/ours\/catalogue\/web\/\d\.tf /),
    });
  });
});
