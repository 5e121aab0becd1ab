import { SyncError } from '../../src/domain/errors.ts';
import type { ConfigSource } from '../../src/ports/config-source.ts';

/** A configuration in memory; undefined is one that does not exist. */
export function createFakeConfigSource(text: string | undefined): ConfigSource {
  const location = 'memory/config.json';
  return {
    location,
    async read() {
      if (text === undefined) throw new SyncError('ConfigNotFound', `${location} does not exist.`);
      return text;
    },
  };
}
