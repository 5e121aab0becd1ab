import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SyncError } from '../../domain/errors.ts';
import type { Schema } from './schema.ts';

/** JSON documents in folders. A document is there whole or not at all, and so is the end of a folder. */
export interface DocumentsOnDisk {
  /** Undefined when there is none; throws InternalError when what is there is not what was stored. */
  read<T>(path: string, schema: Schema<T>): Promise<T | undefined>;
  /** False when a document is already there; of two creations at once exactly one succeeds. */
  create(path: string, document: unknown): Promise<boolean>;
  /** Puts the document in the place of the one that is there. */
  replace(path: string, document: unknown): Promise<void>;
  /** Names of the folders or files in a folder, sorted; none when it does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** Removes a file or a folder in one step for every reader; false when it is not there. */
  remove(path: string): Promise<boolean>;
  /** A new name for a file on its way, on the same disk as the documents. */
  temporaryPath(): string;
}

/** `workFolder` holds what is half written or half removed; what an earlier run left there is dropped. */
export async function openDocuments(workFolder: string): Promise<DocumentsOnDisk> {
  await rm(workFolder, { recursive: true, force: true });
  await mkdir(workFolder, { recursive: true });
  const temporaryPath = (): string => join(workFolder, randomUUID());

  const write = async (path: string, document: unknown): Promise<string> => {
    const temporary = temporaryPath();
    await writeFile(temporary, `${JSON.stringify(document, undefined, 2)}\n`);
    await mkdir(dirname(path), { recursive: true });
    return temporary;
  };

  return {
    temporaryPath,
    read: readDocument,
    list: async (folder) => (await orUndefined(readdir(folder)))?.sort() ?? [],
    create: async (path, document) => moveIntoPlace(await write(path, document), path),
    replace: async (path, document) => rename(await write(path, document), path),
    remove: async (path) => {
      const aside = temporaryPath();
      const moved = await orUndefined(rename(path, aside).then(() => true));
      if (moved) await rm(aside, { recursive: true, force: true });
      return moved ?? false;
    },
  };
}

/**
 * Gives a finished file its lasting name unless that is taken; false then, and the file is gone.
 * A hard link, because a rename would overwrite. Fails with ENOENT when the folder is no longer there.
 */
export async function moveIntoPlace(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readDocument<T>(path: string, schema: Schema<T>): Promise<T | undefined> {
  const text = await orUndefined(readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SyncError(
      'InternalError',
      `${path} is not what the registry stored there. Restore or remove it.`,
      {
        cause,
      },
    );
  }
}

/** The outcome, or undefined when a file or folder on the way is not there. */
export async function orUndefined<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
