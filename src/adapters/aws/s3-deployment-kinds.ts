import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { SyncError } from '../../domain/errors.ts';
import type { DeploymentKinds } from '../../ports/deployment-kinds.ts';
import { serviceUnavailable } from './service-errors.ts';

/** More than this is no module. */
const MOST_FILES = 500;
const MOST_BYTES = 2 * 1024 * 1024;
const AT_ONCE = 8;

/** A catalogue in a bucket: under `prefix` a folder for each kind. Needs ListBucket and GetObject there. */
export function createS3Kinds(options: {
  readonly s3: S3Client;
  readonly bucket: string;
  /** Without a slash at its end; "" for none. */
  readonly prefix: string;
}): DeploymentKinds {
  const { s3, bucket: Bucket, prefix } = options;
  const root = prefix === '' ? '' : `${prefix}/`;
  const location = `s3://${Bucket}/${prefix}`;

  const list = async (Prefix: string, Delimiter?: string) => {
    const found = { keys: [] as { readonly key: string; readonly size: number }[], folders: [] as string[] };
    try {
      const pages = paginateListObjectsV2({ client: s3 }, { Bucket, Prefix, Delimiter });
      for await (const { Contents = [], CommonPrefixes = [] } of pages) {
        found.keys.push(...Contents.map(({ Key = '', Size = 0 }) => ({ key: Key, size: Size })));
        found.folders.push(...CommonPrefixes.map(({ Prefix: folder = '' }) => folder));
        if (found.keys.length > 2 * MOST_FILES) break;
      }
    } catch (error) {
      throw serviceUnavailable(`Listing ${location}`, error);
    }
    return found;
  };
  const read = async (Key: string): Promise<string> => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    } catch (error) {
      throw serviceUnavailable(`Reading s3://${Bucket}/${Key}`, error);
    }
  };

  return {
    location,
    names: async () => {
      const { folders } = await list(root, '/');
      return folders
        .map((folder) => folder.slice(root.length, -1))
        .filter((name) => /^[a-z][a-z0-9-]*$/.test(name))
        .toSorted();
    },
    read: async (name) => {
      if (!/^[a-z][a-z0-9-]*$/.test(name)) return undefined;
      const folder = `${root}${name}/`;
      const listed = (await list(folder)).keys
        .map(({ key, size }) => ({ key, size, path: key.slice(folder.length) }))
        .filter(({ path }) => path !== '' && !path.endsWith('/') && !path.split('/').includes('.terraform'));
      if (listed.length === 0) return undefined;
      const bytes = listed.reduce((sum, { size }) => sum + size, 0);
      if (listed.length > MOST_FILES || bytes > MOST_BYTES) {
        throw new SyncError('DeploymentInvalid', `The kind in ${location}/${name} is too much to be one.`);
      }
      const files = new Map<string, string>();
      for (let at = 0; at < listed.length; at += AT_ONCE) {
        const texts = await Promise.all(
          listed.slice(at, at + AT_ONCE).map(async ({ key, path }) => [path, await read(key)] as const),
        );
        for (const [path, text] of texts) files.set(path, text);
      }
      return files;
    },
  };
}
