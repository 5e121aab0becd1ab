import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { mediaTypeOf } from '../../application/catalogue/media-types.ts';
import { SyncError } from '../../domain/errors.ts';
import type { PageFile } from '../../ports/catalogue-store.ts';

/** Where the build puts the page: beside the bundle, or in a checkout below `dist`. */
const FOLDERS = [
  path.join(import.meta.dirname, 'catalogue'),
  path.join(import.meta.dirname, '../../../dist/catalogue'),
];

/** The page's files as the build has made them. */
export async function readPageFiles(): Promise<readonly PageFile[]> {
  for (const folder of FOLDERS) {
    const files = await readFolder(folder);
    if (files.some((file) => file.path === 'index.html')) return files;
  }
  throw new SyncError(
    'InternalError',
    'The catalogue’s page is not beside the program. In a checkout, run "npm run build" first.',
  );
}

async function readFolder(folder: string): Promise<readonly PageFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return await Promise.all(
    entries.flatMap((entry) => {
      const type = entry.isFile() ? mediaTypeOf(entry.name) : undefined;
      if (type === undefined) return [];
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(folder, file).split(path.sep).join('/');
      return [readFile(file).then((bytes): PageFile => ({ path: name, bytes, type }))];
    }),
  );
}
