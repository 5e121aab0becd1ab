import { readdir, readlink } from 'node:fs/promises';

/** Ends every process that works in a folder, until there is none. */
export async function killAllIn(folder: string): Promise<void> {
  for (;;) {
    let found = 0;
    for (const entry of await readdir('/proc')) {
      const cwd = /^\d+$/.test(entry) ? await readlink(`/proc/${entry}/cwd`).catch(() => '') : '';
      if (cwd !== folder && !cwd.startsWith(`${folder}/`)) continue;
      try {
        process.kill(Number(entry), 'SIGKILL');
        found += 1;
      } catch {
        // It ended meanwhile.
      }
    }
    if (found === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
