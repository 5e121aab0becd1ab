import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const oxlint = path.join(root, 'node_modules/.bin/oxlint');
let canary: string;

// The project's own rules over a tree that breaks them: a rule that no longer bites fails here.
beforeAll(async () => {
  canary = await mkdtemp(path.join(tmpdir(), 'provider-sync-layers-'));
  await cp(path.join(root, '.oxlintrc.json'), path.join(canary, '.oxlintrc.json'));
});

afterAll(async () => {
  await rm(canary, { recursive: true, force: true });
});

function lint(file: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(oxlint, ['--format', 'unix', file], { cwd: canary }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}

async function lintSource(layer: string, source: string): Promise<string> {
  const file = `src/${layer}/canary.ts`;
  await mkdir(path.dirname(path.join(canary, file)), { recursive: true });
  await writeFile(path.join(canary, file), source);
  return await lint(file);
}

const importing = (specifier: string) =>
  `import { thing } from '${specifier}';\nexport const used = thing;\n`;

describe('layer rules', () => {
  it.each([
    ['domain/provider', 'node:fs'],
    ['domain/provider', 'node:fs/promises'],
    ['domain/provider', 'node:crypto'],
    ['domain/provider', 'undici'],
    ['domain/provider', '@aws-sdk/client-s3'],
    ['domain/provider', '../../ports/clock.ts'],
    ['domain/provider', '../../application/resolve/read-config.ts'],
    ['domain/provider', '../../adapters/http/client.ts'],
    ['ports', 'node:stream'],
    ['ports', '../application/resolve/read-config.ts'],
    ['ports', '../adapters/http/client.ts'],
    ['application', 'node:fs/promises'],
    ['application', 'node:http'],
    ['application', 'fetch-retry'],
    ['application', '@aws-sdk/client-sns'],
    ['application', '../adapters/tfe/private-registry.ts'],
    ['application', '../cli/main.ts'],
    ['adapters/tfe', '../../application/resolve/read-config.ts'],
    ['adapters/tfe', '../../handlers/read-config.ts'],
    ['adapters/tfe', '../../embedded/private-registry/registry.ts'],
    ['embedded/private-registry', '../../cli/main.ts'],
    ['handlers', '../cli/main.ts'],
    ['handlers', '../embedded/sample-registry/server.ts'],
    ['cli', '../handlers/read-config.ts'],
    ['catalogue/model', 'node:path'],
    ['catalogue/page', 'zod'],
    ['catalogue/page', '../../application/resolve/read-config.ts'],
    ['catalogue/page', '../../cli/main.ts'],
  ])('src/%s may not import %s', async (layer, specifier) => {
    expect(await lintSource(layer, importing(specifier))).toContain('no-restricted-imports');
  });

  it.each([
    ['domain/provider', './platform.ts'],
    ['ports', '../domain/provider/version.ts'],
    ['application', '../ports/clock.ts'],
    ['application', 'node:crypto'],
    ['adapters/tfe', '../http/client.ts'],
    ['embedded/private-registry', '../../adapters/local/read-text-file.ts'],
    ['handlers', '../application/resolve/read-config.ts'],
    ['cli', '../adapters/local/file-config-source.ts'],
    ['catalogue/page', '../../domain/catalogue/what-to-write.ts'],
  ])('src/%s may import %s', async (layer, specifier) => {
    expect(await lintSource(layer, importing(specifier))).not.toContain('no-restricted-imports');
  });

  it.each(['process.env.HOME', 'fetch("https://example.com")', 'setTimeout(() => {}, 1)'])(
    'src/domain may not reach for %s',
    async (expression) => {
      expect(await lintSource('domain', `export const found = ${expression};\n`)).toContain(
        'no-restricted-globals',
      );
    },
  );

  it.each(['document.title', 'location.hash', 'navigator.language'])(
    'src/catalogue/model may not reach for %s',
    async (expression) => {
      expect(await lintSource('catalogue/model', `export const found = ${expression};\n`)).toContain(
        'no-restricted-globals',
      );
    },
  );

  it('lets no two files import each other, not even for types', async () => {
    await lintSource('domain', importing('./other.ts'));
    const other = "import type { used } from './canary.ts';\nexport const thing: typeof used = 1;\n";
    await writeFile(path.join(canary, 'src/domain/other.ts'), other);
    expect(await lint('src/domain')).toContain('no-cycle');
  });
});
