import { chmod, mkdir, open, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { isSyncError, SyncError } from '../../domain/errors.ts';

/** SQLite's lock is not fair: under load a writer waits for seconds. */
const BUSY_MS = 20_000;

/** Before this, two connections could corrupt a file in WAL mode (fixed in 3.51.3). */
const SOUND_WAL = [3, 51, 3] as const;

/** File systems without shared memory between their hosts, by statfs type: NFS, SMB, CIFS, SMB2. */
const NETWORK_FILE_SYSTEMS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42]);

/** What a file of the product holds. */
export interface DatabaseKind {
  /** For messages: "ledger". */
  readonly name: string;
  /** Makes the tables in an empty file, and sets user_version to `version`. */
  readonly schema: string;
  readonly version: number;
  /** How one comes to be, for messages. */
  readonly origin: string;
}

/**
 * Opens the file, with its folder and its tables made where they are missing. With `mustExist` nothing is made.
 * A commit is on the disk when it returns. Throws as the port says.
 */
export async function openDatabase(
  kind: DatabaseKind,
  file: string,
  options: { readonly mustExist: boolean },
): Promise<DatabaseSync> {
  await prepareFile(kind, file, options.mustExist);
  // Node 22 says on stderr that SQLite is experimental: to nobody who has no ledger.
  const { DatabaseSync } = await import('node:sqlite');
  return await failing(kind, file, async () => {
    const database = new DatabaseSync(file, { timeout: BUSY_MS });
    try {
      await setJournal(kind, database, file);
      database.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -32000; PRAGMA recursive_triggers = ON;');
      createTables(kind, database, file);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

async function prepareFile(kind: DatabaseKind, file: string, mustExist: boolean): Promise<void> {
  if (mustExist) {
    const there = await stat(file).catch(() => undefined);
    if (there?.isFile()) return;
    throw new SyncError('ArgumentsInvalid', `There is no ${kind.name} at ${file}. ${kind.origin}`);
  }
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const { type } = await statfs(path.dirname(file));
    if (NETWORK_FILE_SYSTEMS.has(type)) {
      throw new SyncError(
        'SettingsInvalid',
        `The ${kind.name} ${file} would lie on a network file system, where several writers corrupt it. Name a local file.`,
      );
    }
    const handle = await open(file, 'ax', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return undefined;
      throw error;
    });
    await handle?.close();
    if (handle !== undefined) await chmod(file, 0o600);
  } catch (error) {
    if (isSyncError(error)) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new SyncError(
      'SettingsInvalid',
      `The ${kind.name} ${file} cannot be written (${code}). Name another file.`,
      {
        cause: error,
      },
    );
  }
}

async function setJournal(kind: DatabaseKind, database: DatabaseSync, file: string): Promise<void> {
  const wanted = walIsSound() ? 'wal' : 'delete';
  const deadline = Date.now() + BUSY_MS;
  for (;;) {
    try {
      const row = database.prepare(`PRAGMA journal_mode = ${wanted}`).get();
      if (row?.['journal_mode'] === wanted) return;
      throw new SyncError(
        'ServiceUnreachable',
        `The ${kind.name} ${file} is in use in a mode in which this Node's SQLite ${process.versions.sqlite} may corrupt ` +
          'it. Use one Node version for all that write to it, or Node 24.',
      );
    } catch (error) {
      // Changing the mode does not wait for others by itself.
      if (primaryCode(error) !== BUSY || Date.now() > deadline) throw error;
      await setTimeout(20);
    }
  }
}

function walIsSound(): boolean {
  const numbers = (process.versions.sqlite ?? '0').split('.').map(Number);
  const difference = SOUND_WAL.map((wanted, index) => (numbers[index] ?? 0) - wanted).find(
    (each) => each !== 0,
  );
  return (difference ?? 0) >= 0;
}

function createTables(kind: DatabaseKind, database: DatabaseSync, file: string): void {
  transaction(database, () => {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version === 0) database.exec(kind.schema);
    else if (version !== kind.version) {
      throw new SyncError(
        'ServiceUnreachable',
        `${file} is not a ${kind.name} that this program knows (its version is ${version}). Use a newer program, or another file.`,
      );
    }
  });
}

/** Everything that `work` does, or nothing of it. `work` must not wait: other code would write into it. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  // A deferred transaction that reads first fails as soon as somebody else has written, whatever the timeout.
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

const BUSY = 5;

function primaryCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 255 : undefined;
}

/** What `work` returns; SQLite's errors as the port's. */
export async function failing<T>(kind: DatabaseKind, file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = primaryCode(error);
    if (code === undefined) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw code === BUSY
      ? new SyncError(
          'ServiceUnavailable',
          `The ${kind.name} ${file} was held by others for more than ${BUSY_MS / 1000} seconds. Try again.`,
          { cause: error },
        )
      : new SyncError('ServiceUnreachable', `The ${kind.name} ${file} cannot be used: ${said}.`, {
          cause: error,
        });
  }
}
