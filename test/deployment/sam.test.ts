import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentTools } from './support/deployment-tools.ts';
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

describe.skipIf(!tools)('the SAM tools (need Python and pip)', { timeout: 180_000 }, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-sam-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(['default', 'staging', 'prod'])(
    'sam validate --lint accepts the template for %s',
    async (environment) => {
      const said = await tools?.run('sam', ['validate', '--lint', '--config-env', environment]);
      expect(said).toContain('is a valid SAM Template');
    },
  );

  it('cfn-lint accepts the template', async () => {
    expect(await tools?.run('cfn-lint', ['template.yaml'])).toBe('');
  });

  it('cfn-lint accepts what SAM makes of it', async () => {
    if (!tools) return;
    const deployments = await deploymentsOf(tools, [[], ALL_OPTIONS]);
    for (const [index, { transformed }] of deployments.entries()) {
      const file = path.join(folder, `transformed-${index}.json`);
      await writeFile(file, JSON.stringify(transformed));
      expect(await tools.run('cfn-lint', [file])).toBe('');
    }
  });

  it('sam build bundles every function into one module', async () => {
    await tools?.run('sam', ['build', '--build-dir', folder]);
    for (const [name, bundle] of Object.entries(BUNDLES)) {
      expect(await readdir(path.join(folder, name))).toEqual([bundle, `${bundle}.map`]);
    }
  });
});
