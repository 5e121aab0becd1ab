import { SyncError } from '../../domain/errors.ts';
import type { ConfigSource } from '../../ports/config-source.ts';
import { describeFileProblem, type FileProblem, readTextFile } from './read-text-file.ts';

const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

/** `config.json` on disk, at most 8 MiB of UTF-8. */
export function createFileConfigSource(path: string): ConfigSource {
  return {
    location: path,
    async read() {
      const file = await readTextFile(path, MAX_CONFIG_BYTES);
      if ('text' in file) return file.text;
      throw configError(path, file.problem, file.cause);
    },
  };
}

function configError(path: string, problem: FileProblem, cause: unknown): SyncError {
  const what = `The configuration file ${path} ${describeFileProblem(problem)}`;
  if (problem === 'too-large') {
    return new SyncError('ConfigTooLarge', `${what}: at most 8 MiB are read. Is it the right file?`);
  }
  if (problem === 'forbidden') {
    return new SyncError('ConfigUnreadable', `${what}. Change its permissions or its owner.`, { cause });
  }
  return new SyncError('ConfigNotFound', `${what}. Name another file, or create this one.`, { cause });
}
