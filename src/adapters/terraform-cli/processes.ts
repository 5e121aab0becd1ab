import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';

interface Living {
  readonly pid: number;
  readonly name: string;
}

/** Says that Terraform was asked to stop in this folder: a second time would make it drop everything. */
const ASKED = '.asked-to-stop';
const POLL_MS = 50;

/** Processes whose working directory is in `folder`. Known on Linux alone: elsewhere there are none. */
async function livingIn(folder: string): Promise<readonly Living[]> {
  const found: Living[] = [];
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const cwd = await readlink(`/proc/${entry}/cwd`);
      if (cwd !== folder && !cwd.startsWith(folder + sep)) continue;
      const name = (await readFile(`/proc/${entry}/comm`, 'utf8')).trim();
      const [, state] = /\) (\w)/.exec(await readFile(`/proc/${entry}/stat`, 'utf8')) ?? [];
      if (state !== 'Z') found.push({ pid: Number(entry), name });
    } catch {
      // It ended meanwhile, or is somebody else's.
    }
  }
  return found;
}

/** Asks Terraform to stop: the first who asks in a folder does, all others are told that it was asked. */
export async function askToStop(folder: string, pid: number): Promise<boolean> {
  try {
    await writeFile(join(folder, ASKED), `${pid}\n`, { flag: 'wx' });
  } catch {
    return false;
  }
  send(pid, 'SIGINT');
  return true;
}

/** Before another command runs in the same folder. */
export const STOP_MARK = ASKED;

/**
 * Waits until nothing runs in the folder any more: what an earlier process left behind is asked to stop, once, and
 * killed after `graceMs`.
 */
export async function settleFolder(folder: string, graceMs: number): Promise<void> {
  const began = performance.now();
  for (;;) {
    const living = await livingIn(folder);
    if (living.length === 0) return;
    if (performance.now() - began > graceMs) for (const { pid } of living) send(pid, 'SIGKILL');
    else {
      const terraform = living.find(({ name }) => name === 'terraform' || name === 'tofu');
      if (terraform !== undefined) await askToStop(folder, terraform.pid);
    }
    await setTimeout(POLL_MS);
  }
}

export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}
