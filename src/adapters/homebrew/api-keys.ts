import { SyncError } from '../../domain/errors.ts';
import type { ApiKey } from '../../domain/integrity/jws.ts';
import { describeFileProblem, readTextFile } from '../local/read-text-file.ts';
import { apiKeys } from './schema.ts';

const MAX_BYTES = 256 * 1024;

/** The keys of a file: a JSON Web Key or a set of them (RFC 7517), RSA and with "kid". Throws SettingsInvalid. */
export async function readApiKeys(path: string): Promise<readonly ApiKey[]> {
  const file = await readTextFile(path, MAX_BYTES);
  if ('problem' in file) {
    throw new SyncError('SettingsInvalid', `The key file ${path} ${describeFileProblem(file.problem)}.`, {
      cause: file.cause,
    });
  }
  return parseApiKeys(file.text, path);
}

/** As `readApiKeys`, of the text; `where` names it in messages. */
export function parseApiKeys(text: string, where: string): readonly ApiKey[] {
  try {
    return apiKeys.parse(JSON.parse(text));
  } catch (cause) {
    throw new SyncError(
      'SettingsInvalid',
      `${where} holds no public RSA key as a JSON Web Key with "kid", "n" and "e".`,
      { cause },
    );
  }
}
