import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SyncError } from '../../domain/errors.ts';
import type { Route } from '../http-server/router.ts';
import { moveIntoPlace, orUndefined } from './documents-on-disk.ts';
import { folderHolder } from './schema.ts';

/** Where a running registry says which one it is, to another that finds its folder taken. */
const HOLDER_PATH = '/v1/folder-holder';
const PROBE_TIMEOUT_MS = 5000;

/** Answers with the id of this run of the registry. */
export function folderHolderRoute(id: string): Route {
  return { method: 'GET', path: HOLDER_PATH, handle: () => Promise.resolve({ status: 200, body: id }) };
}

/**
 * Takes `folder`, made when it does not exist, for the registry that listens at `url` and calls itself `id`; the
 * result gives it back. Throws ArgumentsInvalid when another running registry has it. One that was killed leaves its
 * lock behind: it does not answer at its address, and the lock is taken over.
 */
export async function lockFolder(folder: string, url: string, id: string): Promise<() => Promise<void>> {
  const path = join(folder, 'in-use.json');
  await mkdir(folder, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const own = join(folder, `in-use.${randomUUID()}`);
    await writeFile(own, `${JSON.stringify({ url, id })}\n`);
    if (await moveIntoPlace(own, path)) return () => release(path, id);
    const holder = await readHolder(path);
    if ((holder !== undefined && (await answers(holder))) || attempt === 3) {
      const what = holder === undefined ? '' : ` at ${holder.url}`;
      throw new SyncError(
        'ArgumentsInvalid',
        `The folder ${folder} is in use by another registry${what}. Stop that one, or choose another folder.`,
      );
    }
    await removeStale(path, holder?.id);
  }
}

type Holder = ReturnType<typeof folderHolder.parse>;

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await orUndefined(readFile(path, 'utf8'));
  try {
    return folderHolder.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

/** An address that is open and says nothing counts as in use; one where somebody else answers does not. */
async function answers({ url, id }: Holder): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const response = await fetch(new URL(HOLDER_PATH, url), { signal, redirect: 'manual' });
    return (await response.text()) === id;
  } catch (error) {
    return (error as Error).name === 'TimeoutError';
  }
}

/** What is moved aside must be the lock that was looked at: somebody else may have taken the folder meanwhile. */
async function removeStale(path: string, id: string | undefined): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  if ((await orUndefined(rename(path, aside).then(() => true))) === undefined) return;
  if ((await readHolder(aside))?.id !== id) await orUndefined(link(aside, path));
  await rm(aside, { force: true });
}

async function release(path: string, id: string): Promise<void> {
  if ((await readHolder(path))?.id === id) await rm(path, { force: true });
}
