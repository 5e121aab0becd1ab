import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { providerSync } from '../support/command-process.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { terraformIsHere } from '../support/terraform.ts';

const temporaryFolder = temporaryFolders();
const SCENES = [
  '1. Plan',
  '2. Sync',
  '3. Sync again',
  '4. Verify',
  '5. Install from the private registry',
  '6. Install under the original names',
  '7. One lock file for every platform',
  '8. Hold what is new',
  '9. Let a version in',
  '10. Call a version back',
];

describe('demo', () => {
  it.skipIf(!terraformIsHere)(
    'tells the whole story, ending in a real terraform init, and cleans up',
    async () => {
      const folder = await temporaryFolder();
      const { code, stdout, stderr } = await providerSync(['demo'], { environment: { TMPDIR: folder } });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const scene of SCENES) expect(stdout).toContain(`\n${scene}\n`);
      expect(stdout).toContain('3 providers: 3 to publish');
      expect(stdout).toContain('3 providers: 3 published');
      expect(stdout).toContain('3 providers: 3 up to date');
      expect(stdout).toContain('3 providers: 3 verified');
      expect(stdout).toContain('Installed localhost/example/anvil v1.2.0 (self-signed, key ID');
      expect(stdout).toContain('Installed acme/anvil v1.2.0 (verified checksum)');
      expect(stdout).toContain('no package was downloaded twice');
      expect(stdout).toContain('"init -lockfile=readonly" passes here');
      expect(stdout).toContain('1 provider: 1 held');
      expect(stdout).toMatch(/Approved by you on .*: read the diff/);
      expect(stdout).toContain('Taken out of the index of careful');
      expect(stdout).toContain('What you saw:');
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('says that terraform is not there, and keeps its folder when asked', async () => {
    const folder = await temporaryFolder();
    const { code, stdout } = await providerSync(['demo', '--keep'], {
      environment: { TMPDIR: folder, PATH: folder },
    });
    expect(code).toBe(0);
    expect(stdout).toContain('terraform is not on the PATH, so this step is left out.');
    const kept = /^Kept: (.+)$/m.exec(stdout)?.[1] ?? '';
    await access(join(kept, 'private-registry'));
    const config = JSON.parse(await readFile(join(kept, 'config.json'), 'utf8')) as {
      providers: { version: string }[];
    };
    expect(config.providers.map(({ version }) => version)).toEqual(['latest', '3.1.0', '~> 0.4']);
  });
});
