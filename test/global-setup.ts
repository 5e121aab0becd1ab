import { execFile } from 'node:child_process';
import { access, chmod, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { writeCataloguePage } from '../scripts/build-catalogue.ts';
import { startRunServer } from './support/run-server.ts';

const PAGE_FOR_COMMANDS = join(import.meta.dirname, '../dist/catalogue/index.html');
const PAGE_FOR_FUNCTIONS = join(import.meta.dirname, '../src/handlers/catalogue-page.json');
const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 2 * 1024 ** 3;

/**
 * One folder for whatever a run of the tests writes, removed with all that a broken test left. In memory where there
 * is room: most of what the tests of stores wait for otherwise is a disk that syncs small files. What Node compiles of
 * the command is kept there too (`COMPILED_COMMANDS`), for the hundreds of processes that the tests start.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = (await folderIn(MEMORY)) ?? (await mkdtemp(join(tmpdir(), 'provider-sync-run-')));
  await providePage();
  process.env['TMPDIR'] = folder;
  process.env['COMPILED_COMMANDS'] = join(folder, 'compiled');
  const server = await startRunServer();
  process.env['RUN_SERVER_PORT'] = String(server.port);
  return async () => {
    await server.close();
    // What a process that was killed still writes may come in between.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
}

/** The catalogue's page, where nobody has built it yet. */
async function providePage(): Promise<void> {
  const built = [PAGE_FOR_COMMANDS, PAGE_FOR_FUNCTIONS].map((file) => access(file));
  await Promise.all(built).catch(async () => await writeCataloguePage(dirname(PAGE_FOR_COMMANDS)));
}

/** Undefined where there is no such place, it is small, or no program may run from it, as in many containers. */
async function folderIn(place: string): Promise<string | undefined> {
  let folder: string | undefined;
  try {
    const { bavail, bsize } = await statfs(place);
    if (bavail * bsize < ENOUGH_BYTES) return undefined;
    folder = await mkdtemp(join(place, 'provider-sync-run-'));
    const probe = join(folder, 'probe');
    await writeFile(probe, '#!/bin/sh\n');
    await chmod(probe, 0o755);
    await promisify(execFile)(probe);
    return folder;
  } catch {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    return undefined;
  }
}
