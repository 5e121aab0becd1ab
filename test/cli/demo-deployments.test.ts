import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { startProviderSync } from '../support/command-process.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';
import { terraformIsHere } from '../support/terraform.ts';

const temporaryFolder = temporaryFolders();

describe.skipIf(!terraformIsHere)('demo --deployments', () => {
  it('ends with a deployed and destroyed example, as the built program tells it', {
    timeout: 120_000,
  }, async () => {
    const folder = await temporaryFolder();
    const ran = startProviderSync(['demo', '--deployments'], { environment: { TMPDIR: folder } });
    const { code, stdout, stderr } = await ran.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('The public registry was not asked for anything');
    expect(stdout).toContain('It is deployed: web-first.json and web-second.json are there.');
    expect(stdout).toContain('It is destroyed: the state holds nothing any more');
    expect(stdout).toMatch(/ada asked, grace approved/);
    expect(stdout.match(/deployment\.approved/g)).toHaveLength(2);
    expect(await readdir(folder)).toEqual([]);
  });
});
