import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentTools } from './support/deployment-tools.ts';
import { builtBySam } from './support/sam-build.ts';
import { ALL_OPTIONS, deploymentsOf } from './support/transformed-template.ts';

const tools = await deploymentTools();

const BUNDLES = {
  ReadConfigFunction: 'read-config.mjs',
  TakeTurnFunction: 'take-turn.mjs',
  CheckVersionFunction: 'check-version.mjs',
  DownloadAndUploadFunction: 'download-and-upload.mjs',
  ErrorHandlerFunction: 'notify-error.mjs',
  CleanupOldVersionsFunction: 'cleanup-old-versions.mjs',
  KeepLedgerFunction: 'keep-ledger.mjs',
} as const;

describe.skipIf(!tools)('the SAM tools (need Python and pip)', { timeout: 600_000 }, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-sam-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('cfn-lint accepts what SAM makes of it', async () => {
    if (!tools) return;
    const deployments = await deploymentsOf(tools, [[], ALL_OPTIONS]);
    const files = deployments.map((_, at) => path.join(folder, `transformed-${at}.json`));
    await Promise.all(
      deployments.map(({ transformed }, at) => writeFile(files[at] ?? '', JSON.stringify(transformed))),
    );
    expect(await tools.run('cfn-lint', files)).toBe('');
  });

  it('sam build bundles every function into one module', async () => {
    if (!tools) return;
    const built = await builtBySam(tools);
    for (const [name, bundle] of Object.entries(BUNDLES)) {
      expect(await readdir(path.join(built, name))).toEqual([bundle, `${bundle}.map`]);
    }
  });
});
