import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { deploymentTools } from './support/deployment-tools.ts';
import { runTogether } from './support/lint.ts';

const tools = await deploymentTools();

const templatesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`);

const STACKS = templatesIn('stacks');
/** As samconfig.toml has them, each with the template that it names. */
const ENVIRONMENTS = [
  ...readFileSync('samconfig.toml', 'utf8').matchAll(/^\[(.+)\.validate\.parameters\]/gm),
].map(([, name = '']) => name);

const LINTED = ['template.yaml', ...STACKS, ...templatesIn('delivery')].map((file) => `cfn-lint ${file}`);
const VALIDATED = [
  ...ENVIRONMENTS.map((name) => `sam validate --lint --config-env ${name}`),
  ...STACKS.map((file) => `sam validate --lint --template ${file}`),
];

describe.skipIf(!tools)('the templates (need Python and pip)', { timeout: 600_000 }, () => {
  let said: (line: string) => string;
  beforeAll(async () => {
    if (tools) said = await runTogether(tools, [...LINTED, ...VALIDATED]);
  }, 600_000);

  it('are those of the synchronizer, of every stack and of the delivery, in every environment', () => {
    expect(LINTED).toEqual(
      expect.arrayContaining(['cfn-lint stacks/bottles.yaml', 'cfn-lint delivery/bootstrap.yaml']),
    );
    expect(ENVIRONMENTS.slice(0, 3)).toEqual(['default', 'staging', 'prod']);
  });

  it.each(LINTED)('%s finds nothing', (line) => {
    expect(said(line)).toBe('');
  });

  it.each(VALIDATED)('%s accepts it', (line) => {
    expect(said(line)).toMatch(/\.yaml is a valid SAM Template\n$/);
  });

  it('would be refused for what is no template', async () => {
    if (!tools) return;
    const answers = await runTogether(tools, [
      'cfn-lint samconfig.toml',
      'sam validate --lint --template events/env.json',
    ]);
    expect(() => answers('cfn-lint samconfig.toml')).toThrow('ended with 2:\nE0000');
    expect(() => answers('sam validate --lint --template events/env.json')).toThrow('ended with 1:');
  });
});
