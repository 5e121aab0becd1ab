import { createFileConfigSource } from '../adapters/local/file-config-source.ts';
import { MAX_CONFIG_BYTES } from '../domain/config/config.ts';
import { SyncError } from '../domain/errors.ts';
import type { ConfigSource } from '../ports/config-source.ts';
import type { CliIo } from './io.ts';

/** What stands for standard input in place of a file's name. */
const STANDARD_INPUT = '-';

/** The config at a path; at "-" whatever comes on standard input. */
export function configSourceAt({ stdin }: Pick<CliIo, 'stdin'>, path: string): ConfigSource {
  if (path !== STANDARD_INPUT) return createFileConfigSource(path);
  return { location: 'standard input', read: () => readAll(stdin) };
}

/** At most MAX_CONFIG_BYTES of UTF-8, without its byte order mark. Throws ConfigNotFound, ConfigTooLarge. */
async function readAll(stdin: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin ?? []) {
    size += chunk.byteLength;
    if (size > MAX_CONFIG_BYTES) {
      throw new SyncError(
        'ConfigTooLarge',
        'Standard input is too large for a config: at most 1 MiB is read.',
      );
    }
    chunks.push(chunk);
  }
  if (size > 0) return new TextDecoder().decode(Buffer.concat(chunks));
  throw new SyncError('ConfigNotFound', 'The config was to come on standard input, and nothing came.');
}
