import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startProviderSync } from '../support/command-line.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { terraformIsHere } from '../support/terraform.ts';

const temporaryFolder = temporaryFolders();
const ROOT = resolve(import.meta.dirname, '../..');

describe.skipIf(!terraformIsHere)('demo --deployments', () => {
  it('ends with a deployed and destroyed example, as the built program tells it', {
    timeout: 120_000,
  }, async () => {
    const folder = await temporaryFolder();
    // In the checkout, so that the catalogue lies beside it as it does in the package.
    const built = join(ROOT, `dist-${process.pid}`);
    await promisify(execFile)(process.execPath, ['scripts/build.ts', built], { cwd: ROOT });
    try {
      const ran = startProviderSync(['demo', '--deployments'], {
        main: join(built, 'provider-sync.mjs'),
        environment: { TMPDIR: folder },
      });
      const { code, stdout, stderr } = await ran.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('The public registry was not asked for anything');
      expect(stdout).toContain('It is deployed: web-first.json and web-second.json are there.');
      expect(stdout).toContain('It is destroyed: the state holds nothing any more');
      expect(stdout).toMatch(/ada asked, grace approved/);
      expect(stdout.match(/deployment\.approved/g)).toHaveLength(2);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await promisify(execFile)('rm', ['-rf', built]);
    }
  });
});
