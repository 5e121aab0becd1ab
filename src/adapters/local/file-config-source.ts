import { MAX_CONFIG_BYTES } from '../../domain/config/config.ts';
import { SyncError } from '../../domain/errors.ts';
import type { ConfigSource } from '../../ports/config-source.ts';
import { describeFileProblem, type FileProblem, readTextFile } from './read-text-file.ts';

/** `config.json` on disk, at most MAX_CONFIG_BYTES of UTF-8. */
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
    return new SyncError('ConfigTooLarge', `${what}: at most 1 MiB is read. Is it the right file?`);
  }
  if (problem === 'forbidden') {
    return new SyncError('ConfigUnreadable', `${what}. Change its permissions or its owner.`, { cause });
  }
  return new SyncError('ConfigNotFound', `${what}. Name another file, or create this one.`, { cause });
}
