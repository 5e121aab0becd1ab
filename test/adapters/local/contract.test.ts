import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileConfigSource } from '../../../src/adapters/local/file-config-source.ts';
import {
  createEnvironmentTokenSource,
  createFileTokenSource,
} from '../../../src/adapters/local/token-sources.ts';
import { describeConfigSourceContract } from '../../contract/config-source.ts';
import { describeTokenSourceContract } from '../../contract/token-source.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const nothingToClose = { [Symbol.asyncDispose]: async () => {} };

async function fileWith(text: string | undefined): Promise<string> {
  const path = join(await temporaryFolder(), 'file');
  if (text !== undefined) await writeFile(path, text, { mode: 0o600 });
  return path;
}

describeConfigSourceContract('a file', async (text) => ({
  source: createFileConfigSource(await fileWith(text)),
  ...nothingToClose,
}));

describeTokenSourceContract('an environment variable', async (secret) => ({
  source: createEnvironmentTokenSource({ TFC_TOKEN: secret }, 'TFC_TOKEN'),
  ...nothingToClose,
}));

describeTokenSourceContract('a file', async (secret) => ({
  source: createFileTokenSource({ path: await fileWith(secret) }),
  ...nothingToClose,
}));
