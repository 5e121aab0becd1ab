import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CopyObjectCommand, ListObjectsV2Command, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { createS3MirrorStore } from '../../../src/adapters/aws/s3-mirror-store.ts';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import type { MirrorStore } from '../../../src/ports/mirror-store.ts';
import { mirrorClientFor } from '../../adapters/aws/mirror-subjects.ts';
import { newBucket, runMoto } from '../../adapters/aws/support.ts';
import { startStrictS3 } from '../strict-s3.ts';
import { type BrewHost, brewInstall } from './brew-client.ts';
import { LINUX, sampleKey } from './mirror-world.ts';
import { serveFolder } from './static-server.ts';

/** Where mirrors of bottles lie, each under a name, and a plain server of files before them. */
export interface MirrorPlace extends AsyncDisposable {
  storeAt(name: string): MirrorStore;
  /** Where clients reach that mirror. */
  urlOf(name: string): string;
  copy(from: string, to: string): Promise<void>;
}

export async function folderPlace(): Promise<MirrorPlace> {
  const root = await mkdtemp(join(tmpdir(), 'provider-sync-test-'));
  const server = await serveFolder(root);
  return {
    storeAt: (name) => createFolderMirrorStore(join(root, name)),
    urlOf: (name) => `${server.url}/${name}`,
    copy: (from, to) => cp(join(root, from), join(root, to), { recursive: true }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Strict about what it takes, and fast. */
export async function strictS3Place(): Promise<MirrorPlace> {
  const server = await startStrictS3();
  const s3 = mirrorClientFor(server.url);
  const objects = server.objects as Map<string, unknown>;
  return {
    storeAt: (prefix) => createS3MirrorStore({ s3, bucket: 'acme-homebrew', prefix }),
    urlOf: (prefix) => `${server.url}/acme-homebrew/${prefix}`,
    copy: async (from, to) => {
      for (const [key, object] of objects) {
        const start = `acme-homebrew/${from}/`;
        if (key.startsWith(start)) objects.set(`acme-homebrew/${to}/${key.slice(start.length)}`, object);
      }
    },
    [Symbol.asyncDispose]: async () => {
      s3.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Readers ask moto's bucket itself, without a signature. */
export async function motoPlace(): Promise<MirrorPlace> {
  const moto = await runMoto();
  const { s3 } = moto.clients;
  const bucket = await newBucket(moto.clients);
  const readable = {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${bucket}/*`,
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [readable] });
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  return {
    storeAt: (prefix) => createS3MirrorStore({ s3, bucket, prefix }),
    urlOf: (prefix) => `${moto.url}/${bucket}/${prefix}`,
    copy: async (from, to) => {
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: `${from}/` }),
      );
      await Promise.all(
        Contents.map(async ({ Key = '' }) => {
          const CopySource = `${bucket}/${encodeURIComponent(Key)}`;
          const copied = `${to}${Key.slice(from.length)}`;
          await s3.send(new CopyObjectCommand({ Bucket: bucket, CopySource, Key: copied }));
        }),
      );
    },
    [Symbol.asyncDispose]: () => moto.close(),
  };
}

/** What a plain `brew install` pours from the mirror at `url`; throws what brew would say. */
export async function installFrom(
  url: string,
  options: {
    readonly name?: string;
    readonly api?: string;
    readonly generation?: BrewHost['generation'];
  } = {},
): Promise<readonly string[]> {
  const { name = 'hello', api = 'api', generation = 'internal' } = options;
  const host = { api: `${url}/${api}`, artifacts: url, tag: LINUX, generation, key: sampleKey().publicKey };
  return (await brewInstall(host, name)).poured;
}
