import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe } from 'vitest';
import { createS3MirrorStore } from '../../../src/adapters/aws/s3-mirror-store.ts';
import { createCatalogueStore } from '../../../src/adapters/catalogue/catalogue-in-store.ts';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { describeCatalogueStoreContract } from '../../contract/catalogue-store.ts';
import { startStrictS3 } from '../../support/strict-s3.ts';
import { mirrorClientFor } from '../aws/mirror-subjects.ts';
import { type Moto, motoIsHere, newBucket, runMoto } from '../aws/support.ts';

describeCatalogueStoreContract('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-catalogue-'));
  return {
    store: createCatalogueStore(createFolderMirrorStore(folder)),
    readAsReader: async (path) => ({ text: await readFile(join(folder, path), 'utf8') }),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
});

const PREFIX = 'mirror/catalogue';

function inBucket(s3: S3Client, bucket: string) {
  return {
    store: createCatalogueStore(createS3MirrorStore({ s3, bucket, prefix: PREFIX })),
    readAsReader: async (path: string) => {
      const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${PREFIX}/${path}` }));
      return {
        text: (await got.Body?.transformToString()) ?? '',
        type: got.ContentType,
        caching: got.CacheControl,
      };
    },
  };
}

describeCatalogueStoreContract('a strict S3', async () => {
  const server = await startStrictS3();
  return {
    ...inBucket(mirrorClientFor(server.url), 'mirror'),
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  };
});

describe.skipIf(!motoIsHere)('with moto (needs Python and pip)', { timeout: 120_000 }, () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await runMoto();
  }, 120_000);
  afterAll(() => moto?.close());

  describeCatalogueStoreContract('moto', async () => ({
    ...inBucket(mirrorClientFor(moto.url), await newBucket(moto.clients)),
    [Symbol.asyncDispose]: async () => {},
  }));
});
