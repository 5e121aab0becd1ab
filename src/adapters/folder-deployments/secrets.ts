import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SyncError } from '../../domain/errors.ts';
import type { DeploymentSecrets } from '../../ports/deployment-secrets.ts';

const REFERENCE = /^secret:([A-Za-z0-9_.-]{1,200})$/;

/** Files in a folder, for its owner alone, one a secret: `secret:db` is the file `db`. */
export function createFolderSecrets(folder: string): DeploymentSecrets {
  return {
    keep: async (name, value) => {
      // A name with slashes becomes one file name, and no two become the same.
      const file = `${name.replaceAll('/', '.')}.${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, file), value, { mode: 0o600 });
      return `secret:${file}`;
    },
    read: async (reference) => {
      const [, name] = REFERENCE.exec(reference) ?? [];
      if (name === undefined || /^\.+$/.test(name)) {
        throw new SyncError(
          'SecretUnreadable',
          `"${reference}" is no secret of this machine: write secret:NAME.`,
        );
      }
      const path = join(folder, name);
      try {
        return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
      } catch (cause) {
        const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
        throw new SyncError(
          'SecretUnreadable',
          `The secret ${reference} cannot be read from ${path} (${code}).`,
          { cause },
        );
      }
    },
  };
}
