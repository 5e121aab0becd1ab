import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { systemCode } from '../folder/failures.ts';

/**
 * Keeps a draft to one export, until it is disposed of: a file that names host and process. One that a process of this
 * machine left behind when it died is taken over. Throws ArgumentsInvalid while another export has it.
 */
export async function lockDraft(path: string, target: string): Promise<AsyncDisposable> {
  const mine = JSON.stringify({ host: hostname(), pid: process.pid, token: randomUUID() });
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    try {
      await writeFile(path, mine, { flag: 'wx' });
      return { [Symbol.asyncDispose]: async () => await release(path, mine) };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const held = await readFile(path, 'utf8').catch(() => undefined);
    if (held !== undefined && !isDead(held)) break;
    if (held !== undefined) await takeAway(path, held);
  }
  throw new SyncError(
    'ArgumentsInvalid',
    `Another export is writing ${quote(target)}. Wait for it, or give another name; if there is none, remove ${quote(path)}.`,
  );
}

async function release(path: string, mine: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === mine) await rm(path, { force: true });
}

/** By a rename, which one process alone can do; what turns out to be another's by now is put back. */
async function takeAway(path: string, judged: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8')) === judged) await rm(aside, { force: true });
  else await rename(aside, path);
}

function isDead(text: string): boolean {
  try {
    const { host, pid } = JSON.parse(text) as { host?: unknown; pid?: unknown };
    if (host !== hostname() || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0)
      return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}
