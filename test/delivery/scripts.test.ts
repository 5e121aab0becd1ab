import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { deliveryTools } from '../deployment/support/deployment-tools.ts';

const tools = await deliveryTools();

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
