import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/application/sync/results.ts';
import { startProviderSync } from '../support/command-process.ts';
import { embeddedRegistry, sampleRegistry } from '../support/registries.ts';
import { anvil, twoPublishers, weather } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

/** A public registry whose packages of `globex` never answer, and a sync that has come to them. */
async function stuckSync(...args: readonly string[]) {
  const asked = Promise.withResolvers<void>();
  const source = await sampleRegistry(await twoPublishers(), {
    intercept: ({ url = '' }) => {
      const stuck = url.includes('/globex/') && url.endsWith('.zip');
      if (stuck) asked.resolve();
      return stuck;
    },
  });
  const registry = await embeddedRegistry();
  const configPath = join(await temporaryFolder(), 'config.json');
  await writeFile(configPath, JSON.stringify([anvil(), weather()]));
  const command = startProviderSync(['sync', configPath, '--registry', source.url, ...args], {
    environment: {
      TFC_ADDRESS: registry.url,
      TFC_ORGANIZATION: registry.organization,
      TFC_TOKEN: registry.token,
    },
  });
  await asked.promise;
  await command.saying('acme/anvil 1.1.0: published');
  return {
    command,
    async [Symbol.asyncDispose]() {
      await command[Symbol.asyncDispose]();
      await source[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(process.platform === 'win32')('a sync under way', () => {
  it.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
  ] as const)(
    'stops cleanly on $signal with exit code $code and says what was done',
    async ({ signal, code }) => {
      await using stuck = await stuckSync();
      stuck.command.process.kill(signal);
      const ran = await stuck.command.ended;
      expect(ran.code).toBe(code);
      expect(ran.stdout).toMatch(/^acme\/anvil .* published/m);
      expect(ran.stdout).toMatch(/^globex\/weather .* stopped/m);
      expect(ran.stdout).toContain('Stopped with 1 provider not done. The same command goes on from there.');
      expect(ran.stderr).toContain('Stopping cleanly. Once more stops at once.');
    },
  );

  it('still writes its JSON document when stopped', async () => {
    await using stuck = await stuckSync('--json');
    stuck.command.process.kill('SIGINT');
    const { code, stdout } = await stuck.command.ended;
    expect(code).toBe(130);
    const { providers } = JSON.parse(stdout) as RunResult;
    expect(providers.map(({ outcome }) => outcome)).toEqual(['published', 'stopped']);
    expect(providers[1]?.error?.code).toBe('Interrupted');
  });
});
