import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { SyncError } from '../../domain/errors.ts';
import type {
  ListedFile,
  MirrorFile,
  MirrorStore,
  PutOptions,
  StoredFile,
} from '../../ports/mirror-store.ts';
import { folderFailure, systemCode } from './failures.ts';
import { withFileLock } from './lock.ts';
import { writeBody } from './write-body.ts';

const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
const READ_BYTES = 256 * 1024;
const LEFT_BEHIND_MS = 24 * 60 * 60 * 1000;

/**
 * A mirror in a folder, which is made when it is missing. Everything is written to a dot-file, synced to the disk
 * and renamed, because a `filesystem_mirror` reads whatever has a package's name. A package that was taken waits as
 * `.NAME.SHA256.staged` until `revealFiles`.
 */
export function createFolderMirrorStore(folder: string): MirrorStore {
  const pathOf = (key: string) => join(folder, ...key.split('/'));
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw folderFailure(`${what} in ${folder}`, error);
    }
  };
  return {
    location: folder,
    readsPlusAsBlank: false,
    readDocument: (key) => attempt(`Reading ${key}`, () => readDocument(pathOf(key), key, folder)),
    writeDocument: (key, bytes, before) =>
      attempt(`Writing ${key}`, async () => {
        const path = pathOf(key);
        await mkdir(dirname(path), { recursive: true });
        return await withFileLock(path, async () => {
          const present = await readDocument(path, key, folder);
          if (present?.etag !== before) return 'changed';
          await replaceFile(path, bytes);
          return 'written';
        });
      }),
    statFile: (file) => attempt(`Reading ${file.key}`, () => statFile(pathOf(file.key), file)),
    putFile: (file, body, options) => putFile(pathOf(file.key), file, body, options, folder),
    revealFiles: async (files) => {
      for (const file of files) {
        await attempt(`Writing ${file.key}`, async () => {
          const path = pathOf(file.key);
          await rename(stagedPath(path, file), path).catch(unlessMissing);
        });
      }
      for (const parent of new Set(files.map(({ key }) => dirname(pathOf(key))))) await syncFolder(parent);
    },
    openFile: (file, range) => attempt(`Reading ${file.key}`, () => openFile(pathOf(file.key), file, range)),
    list: (under) => attempt(`Listing ${under}`, () => listFolder(folder, under)),
    delete: (key) => attempt(`Deleting ${key}`, async () => await deleteFile(pathOf(key), folder)),
    tidy: async (under) => await tidyFolder(pathOf(under)).catch(() => undefined),
  };
}

const unlessMissing = (error: unknown): undefined => {
  if (systemCode(error) === 'ENOENT') return undefined;
  throw error;
};

async function readDocument(path: string, key: string, folder: string) {
  const handle = await open(path).catch(unlessMissing);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    if (size > MAX_DOCUMENT_BYTES) {
      throw new SyncError(
        'DestinationResponseInvalid',
        `${key} in ${folder} has ${size} bytes, far more than such a document needs. Remove it and run again.`,
      );
    }
    const bytes = await handle.readFile();
    return { bytes, etag: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    await handle.close();
  }
}

function stagedPath(path: string, { sha256 }: Pick<MirrorFile, 'sha256'>): string {
  return join(dirname(path), `.${basename(path)}.${sha256}.staged`);
}

function unfinishedPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.partial`);
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = unfinishedPath(path);
  try {
    const handle = await open(unfinished, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** So that a rename outlives a power cut. Not every system lets a folder be opened. */
async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    await handle.sync();
  } catch {
    // What the system cannot do, it need not.
  } finally {
    await handle?.close();
  }
}

async function statFile(path: string, file: MirrorFile): Promise<StoredFile | undefined> {
  const staged = await stat(stagedPath(path, file), { bigint: true }).catch(unlessMissing);
  const found = staged ?? (await stat(path, { bigint: true }).catch(unlessMissing));
  if (found === undefined || !found.isFile()) return undefined;
  // A staged file was hashed before it got its name.
  const sha256 = staged === undefined ? undefined : file.sha256;
  return { size: Number(found.size), sha256, stamp: String(found.mtimeNs) };
}

async function putFile(
  path: string,
  file: MirrorFile,
  body: AsyncIterable<Uint8Array>,
  { size, signal, proved }: PutOptions,
  folder: string,
): Promise<StoredFile> {
  const failing = (error: unknown): SyncError => folderFailure(`Writing ${file.key} in ${folder}`, error);
  const unfinished = unfinishedPath(path);
  const handle = await mkdir(dirname(path), { recursive: true })
    .then(() => open(unfinished, 'wx'))
    .catch((error: unknown) => {
      throw failing(error);
    });
  try {
    const hash = proved ? undefined : createHash('sha256');
    let bytes = 0;
    const onChunk = (chunk: Uint8Array): void => {
      hash?.update(chunk);
      bytes += chunk.length;
    };
    await writeBody(handle, body, { signal, failing, onChunk });
    const digest = hash?.digest('hex') ?? file.sha256;
    if (digest !== file.sha256 || (size !== undefined && size !== bytes)) {
      throw new SyncError(
        'DigestMismatch',
        `${file.key} came to ${folder} as ${bytes} bytes with the SHA-256 ${digest}, SHA256SUMS lists ${file.sha256}` +
          `${size === undefined ? '' : `, and ${size} bytes were announced`}. It was not kept.`,
      );
    }
    await handle.sync();
    await handle.close();
    await rename(unfinished, stagedPath(path, file));
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  const stored = await statFile(path, file);
  if (stored !== undefined) return stored;
  throw new SyncError(
    'DestinationUnavailable',
    `${file.key} was removed from ${folder} while it was written.`,
  );
}

async function openFile(
  path: string,
  file: Pick<MirrorFile, 'key'> & Partial<MirrorFile>,
  range?: { readonly start: number; readonly end: number },
) {
  const { sha256 } = file;
  const paths = sha256 === undefined ? [path] : [stagedPath(path, { sha256 }), path];
  for (const each of paths) {
    const found = await stat(each).catch(unlessMissing);
    if (found?.isFile()) {
      return { size: found.size, body: bytesOf(each, range?.start ?? 0, range?.end ?? found.size) };
    }
  }
  return undefined;
}

/** Opens the file when the first bytes are asked for: one that nobody reads need not be closed. */
async function* bytesOf(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (end <= start) return;
  try {
    yield* createReadStream(path, { start, end: end - 1, highWaterMark: READ_BYTES });
  } catch (error) {
    throw folderFailure(`Reading ${path}`, error);
  }
}

async function listFolder(folder: string, under: string): Promise<readonly ListedFile[]> {
  const root = join(folder, ...under.split('/'));
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(unlessMissing);
  const files: ListedFile[] = [];
  for (const entry of entries ?? []) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(unlessMissing);
    if (found === undefined) continue;
    const key = relative(folder, path).split(sep).join('/');
    files.push({ key, size: found.size });
  }
  return files;
}

async function deleteFile(path: string, folder: string): Promise<void> {
  await rm(path, { force: true });
  // A folder that is empty now says nothing; one that is not stays by itself.
  const parent = dirname(path);
  if (relative(folder, parent) !== '') await rmdir(parent).catch(() => undefined);
}

async function tidyFolder(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (!/^\..*\.(?:partial|staged)$/.test(name)) continue;
    const file = join(path, name);
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > LEFT_BEHIND_MS) await rm(file, { force: true });
  }
}
