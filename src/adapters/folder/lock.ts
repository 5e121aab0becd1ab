import { randomUUID } from 'node:crypto';
import { readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { SyncError } from '../../domain/errors.ts';
import { systemCode } from './failures.ts';

/** Locks are held while one small document is read and replaced; an older one belongs to nobody alive. */
const STALE_AFTER_MS = 15_000;
const LOCK_NAME = '.provider-sync.lock';
const PATIENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 50;

/**
 * Runs `work` while no other process that asks the same runs its own for `file` (a path that need not exist; its
 * folder must).
 *
 * The lock survives a crash: it names its process by host, start of the system and start of the process, so that
 * another on the same machine sees at once when that one is gone; a lock of another machine (a shared folder) is
 * taken from it after 15 s without a change. Breaking is a rename, which one process alone can do. Two processes
 * both inside for a moment, as a machine that slept in between could bring about, cost no file: every write is a
 * rename of a whole file, and what one of them did not see the next run writes again.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = join(dirname(file), LOCK_NAME);
  const mine = JSON.stringify({ ...(await ownIdentity()), token: randomUUID() });
  await acquire(lock, mine);
  try {
    return await work();
  } finally {
    if ((await readLock(lock)) === mine) await rm(lock, { force: true });
  }
}

async function acquire(lock: string, mine: string): Promise<void> {
  const start = performance.now();
  let seen: { readonly text: string; readonly since: number } | undefined;
  while (performance.now() - start < PATIENCE_MS) {
    try {
      await writeFile(lock, mine, { flag: 'wx' });
      return;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const text = await readLock(lock);
    if (text === undefined) continue;
    if (seen?.text !== text) seen = { text, since: performance.now() };
    if ((await isDead(text)) || performance.now() - seen.since > STALE_AFTER_MS) {
      await breakLock(lock, text);
      continue;
    }
    await sleep(Math.random() * LONGEST_PAUSE_MS);
  }
  throw new SyncError(
    'DestinationUnavailable',
    `${lock} has been held by others for ${PATIENCE_MS / 1000} seconds. Try again when they are done.`,
  );
}

async function readLock(lock: string): Promise<string | undefined> {
  try {
    return await readFile(lock, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Takes the lock away, unless it is another by now than the one that was judged: that is put back. */
async function breakLock(lock: string, judged: string): Promise<void> {
  const aside = `${lock}.${randomUUID()}`;
  try {
    await rename(lock, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readLock(aside)) === judged) await rm(aside, { force: true });
  else await rename(aside, lock);
}

interface Identity {
  readonly host: string;
  /** The system's start, and which processes its numbers count; "" where the system does not tell. */
  readonly system: string;
  readonly pid: number;
  /** When the process began, in the system's own measure; "" likewise. */
  readonly began: string;
}

async function ownIdentity(): Promise<Identity> {
  return {
    host: hostname(),
    system: await systemIdentity(),
    pid: process.pid,
    began: await beganAt(process.pid),
  };
}

async function systemIdentity(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${boot.trim()} ${namespace}`;
}

/** Field 22 of /proc/PID/stat, counted behind the program's name, which may hold anything. */
async function beganAt(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** True only when the process is known to be gone. */
async function isDead(text: string): Promise<boolean> {
  const { host, system, pid, began } = parseIdentity(text) ?? {};
  if (pid === undefined || host !== hostname() || system !== (await systemIdentity())) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
  return began !== '' && began !== (await beganAt(pid));
}

function parseIdentity(text: string): Partial<Identity> | undefined {
  try {
    const { host, system, pid, began } = JSON.parse(text) as Partial<Identity>;
    return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0
      ? { host: String(host), system: String(system), pid, began: String(began) }
      : undefined;
  } catch {
    // Written in this very moment, or by a process that died while it wrote.
    return undefined;
  }
}
