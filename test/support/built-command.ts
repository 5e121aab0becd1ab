import { execFile } from 'node:child_process';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { oncePerRun } from './run-client.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * The program as it is built from these sources, once a run, laid out as in the package: `dist` with `terraform` beside
 * it. It starts in half the time of the sources. Outside of a run of the tests it is the sources' own.
 */
async function build(): Promise<string> {
  if (process.env['RUN_SERVER_PORT'] === undefined) return join(ROOT, 'src/cli/main.ts');
  return await oncePerRun('the built command', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'provider-sync-package-'));
    const dist = join(folder, 'dist');
    await Promise.all([
      promisify(execFile)(process.execPath, ['scripts/build.ts', dist], { cwd: ROOT }),
      cp(join(ROOT, 'terraform'), join(folder, 'terraform'), { recursive: true }),
    ]);
    return join(dist, 'provider-sync.mjs');
  });
}

/** Its path. */
export const BUILT_COMMAND = await build();
