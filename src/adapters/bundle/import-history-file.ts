import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EMPTY_HISTORY, type ImportHistory } from '../../domain/bundle/import-order.ts';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import type { ImportHistoryStore } from '../../ports/bundle.ts';
import { describeFileProblem, readTextFile } from '../local/read-text-file.ts';
import { toHistory } from './schema.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** What was imported, in a JSON file that is replaced as a whole. No file: nothing was imported yet. */
export function createImportHistoryFile(path: string): ImportHistoryStore {
  return {
    location: path,
    async read() {
      const file = await readTextFile(path, MAX_BYTES);
      if ('problem' in file) {
        if (file.problem === 'missing') return EMPTY_HISTORY;
        throw unusable(path, describeFileProblem(file.problem), file.cause);
      }
      try {
        return toHistory(JSON.parse(file.text));
      } catch (cause) {
        throw unusable(path, 'is no record of imports', cause);
      }
    },
    async write(history) {
      const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`);
      try {
        await mkdir(dirname(path), { recursive: true });
        await using file = await open(temporary, 'wx', 0o644);
        await file.writeFile(documentOf(history));
        await file.sync();
        await rename(temporary, path);
      } catch (cause) {
        await rm(temporary, { force: true });
        throw unusable(path, 'cannot be written', cause);
      }
    },
  };
}

function documentOf({ imported, providers }: ImportHistory): string {
  const document = {
    format: 1,
    imported: [...imported].map(([manifestSha256, times]) => ({ manifestSha256, ...times })),
    providers: Object.fromEntries([...providers].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function unusable(path: string, what: string, cause: unknown): SyncError {
  return new SyncError(
    'SettingsInvalid',
    `The record of imports ${quote(path)} ${what}. Mend it, or name another file with --history.`,
    { cause },
  );
}
