import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createEnvironmentTokenSource,
  createFileTokenSource,
} from '../../../src/adapters/local/token-sources.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

describe('a token from the environment', () => {
  it('is handed out without the blanks around it', async () => {
    const source = createEnvironmentTokenSource({ TFC_TOKEN: ' abc.atlasv1.def\n' }, 'TFC_TOKEN');
    expect(source.description).toBe('the environment variable TFC_TOKEN');
    expect(await source.read()).toBe('abc.atlasv1.def');
  });

  it.each([
    { value: undefined, message: /^The environment variable TFC_TOKEN is not set\.$/ },
    { value: '', message: /^The environment variable TFC_TOKEN is empty/ },
    { value: ' \n', message: /^The environment variable TFC_TOKEN is empty/ },
  ])('is refused when the variable is $value, naming the variable', async ({ value, message }) => {
    const reading = createEnvironmentTokenSource({ TFC_TOKEN: value }, 'TFC_TOKEN').read();
    await expect(reading).rejects.toMatchObject({
      code: 'SecretUnreadable',
      message: expect.stringMatching(message),
    });
  });

  it.each(['two words', 'line\nbreak', 'smart“quote”'])(
    'is refused without being shown when it could not travel in a header: %j',
    async (value) => {
      const failure = await createEnvironmentTokenSource({ T: value }, 'T')
        .read()
        .catch((error: Error) => error);
      expect(failure).toMatchObject({ code: 'SecretUnreadable' });
      expect((failure as Error).message).not.toContain(value);
    },
  );
});

describe('a token from a file', () => {
  const temporaryFolder = temporaryFolders();

  async function tokenFile(text: string, mode = 0o600): Promise<string> {
    const path = join(await temporaryFolder(), 'token');
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  }

  it('is handed out without the line end of its file', async () => {
    const path = await tokenFile('secret-token\r\n');
    const source = createFileTokenSource({ path });
    expect(source.description).toBe(`the file ${path}`);
    expect(await source.read()).toBe('secret-token');
  });

  it('is read again each time, so that a rotated token is found', async () => {
    const path = await tokenFile('first');
    const source = createFileTokenSource({ path });
    await source.read();
    await writeFile(path, 'second');
    expect(await source.read({ fresh: true })).toBe('second');
  });

  it('is refused when its file is empty, naming the file', async () => {
    const path = await tokenFile('\n');
    await expect(createFileTokenSource({ path }).read()).rejects.toMatchObject({
      code: 'SecretUnreadable',
      message: expect.stringContaining(`${path} is empty`),
    });
  });

  it('is refused when its file does not exist, naming the file', async () => {
    const path = join(await temporaryFolder(), 'absent');
    await expect(createFileTokenSource({ path }).read()).rejects.toMatchObject({
      code: 'SecretUnreadable',
      message: `The token file ${path} does not exist.`,
    });
  });

  it.skipIf(process.platform === 'win32').each([
    { mode: 0o600, warnings: 0 },
    { mode: 0o640, warnings: 1 },
    { mode: 0o604, warnings: 1 },
  ])('warns $warnings times in two reads when its mode is $mode', async ({ mode, warnings }) => {
    const path = await tokenFile('secret-token', mode);
    const told: string[] = [];
    const source = createFileTokenSource({ path, warn: (message) => told.push(message) });
    await source.read();
    await source.read();
    expect(told).toHaveLength(warnings);
    expect(told.join()).not.toContain('secret-token');
  });
});
