import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oncePerRun } from '../../support/run-client.ts';
import type { DeploymentTools } from './deployment-tools.ts';

/** A folder with what `sam build` makes of template.yaml, for all files of the run: to be read only. */
export function builtBySam(tools: DeploymentTools): Promise<string> {
  return oncePerRun('sam build', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'provider-sync-built-'));
    await tools.run('sam', ['build', '--build-dir', folder]);
    return folder;
  });
}
