import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { deliveryTools, deploymentTools } from '../deployment/support/deployment-tools.ts';

const tools = await deliveryTools();
const sam = await deploymentTools();

const files = (folder: string, ending: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name));

const SCRIPTS = ['.ci/run', ...files('scripts', '.sh'), ...files('delivery', '.sh')];

describe.skipIf(!tools)('shellcheck (needs Python and pip)', () => {
  it.each(SCRIPTS)('finds nothing in %s', async (script) => {
    expect(await tools?.run('shellcheck', [script])).toBe('');
  });
});

describe.skipIf(!sam)('cfn-lint (needs Python and pip)', { timeout: 60_000 }, () => {
  it.each(files('delivery', '.yaml'))('accepts %s', async (template) => {
    expect(await sam?.run('cfn-lint', [template])).toBe('');
  });
});
