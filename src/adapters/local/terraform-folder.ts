import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { type LockFile, readLockFile } from '../../domain/provider-lock/lock-file.ts';
import { readModuleSources } from '../../domain/provider-lock/required-providers.ts';
import { describeFileProblem, readTextFile } from './read-text-file.ts';

const LOCK_FILE = '.terraform.lock.hcl';
const MAX_LOCK_BYTES = 4 * 1024 * 1024;
const MAX_SOURCE_BYTES = 8 * 1024 * 1024;
/** Of a module's files; those of tofu as well. */
const SOURCE_FILE = /\.(?:tf|tofu)(?:\.json)?$/;

/** A folder in which `terraform init` is run. */
export interface TerraformFolder {
  readonly lockPath: string;
  readonly file: LockFile | undefined;
  /**
   * Sources of the providers that the module and those it calls require, as written; undefined when the folder holds
   * no module. Modules from elsewhere count once `terraform get` or `init` has fetched them.
   */
  readonly required: readonly string[] | undefined;
  /** Replaces the lock file as a whole. */
  write(text: string): Promise<void>;
}

/** Throws LockFileInvalid, or ArgumentsInvalid when the folder cannot be read. */
export async function openTerraformFolder(folder: string): Promise<TerraformFolder> {
  const lockPath = join(folder, LOCK_FILE);
  return {
    lockPath,
    file: await readLock(lockPath),
    required: await requiredIn(resolve(folder)),
    write: async (text) => await replace(folder, lockPath, text),
  };
}

async function readLock(path: string): Promise<LockFile | undefined> {
  const file = await readTextFile(path, MAX_LOCK_BYTES);
  if ('text' in file) return readLockFile(file.text);
  if (file.problem === 'missing') return undefined;
  throw new SyncError(
    'LockFileInvalid',
    `The lock file ${quote(path)} ${describeFileProblem(file.problem)}.`,
    {
      cause: file.cause,
    },
  );
}

async function requiredIn(root: string): Promise<readonly string[] | undefined> {
  const folders = [root, ...(await fetchedModules(root))];
  const seen = new Set<string>();
  const providers = new Set<string>();
  let sources = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    for (const name of await sourceFiles(folder, folder === root)) {
      const file = await readTextFile(join(folder, name), MAX_SOURCE_BYTES);
      if (!('text' in file)) continue;
      sources += 1;
      const found = readModuleSources(file.text);
      for (const provider of found.providers) providers.add(provider);
      folders.push(...found.localModules.map((source) => resolve(folder, source)));
    }
  }
  return sources === 0 ? undefined : [...providers];
}

async function sourceFiles(folder: string, isRoot: boolean): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => SOURCE_FILE.test(name));
  } catch (cause) {
    // A module that is not there is for terraform to tell.
    if (!isRoot) return [];
    throw new SyncError(
      'ArgumentsInvalid',
      `The folder ${quote(folder)} cannot be read (${(cause as NodeJS.ErrnoException).code}). Name another with --dir.`,
      { cause },
    );
  }
}

/** What `terraform get` keeps of the modules it fetched. */
async function fetchedModules(root: string): Promise<readonly string[]> {
  const file = await readTextFile(join(root, '.terraform/modules/modules.json'), MAX_SOURCE_BYTES);
  if (!('text' in file)) return [];
  return [...file.text.matchAll(/"Dir"\s*:\s*"((?:[^"\\]|\\.)*)"/g)].flatMap(([, dir = '']) =>
    dir === '' || dir.includes('\\') ? [] : [resolve(root, dir)],
  );
}

async function replace(folder: string, path: string, text: string): Promise<void> {
  const temporary = join(folder, `.${LOCK_FILE}.${randomUUID()}`);
  try {
    await using file = await open(temporary, 'wx', 0o644);
    await file.writeFile(text);
    await file.sync();
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    const code = (cause as NodeJS.ErrnoException).code;
    throw new SyncError(
      'ArgumentsInvalid',
      `${quote(path)} cannot be written (${code}). Check who owns the folder.`,
      {
        cause,
      },
    );
  }
}
