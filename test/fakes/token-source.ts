import { SyncError } from '../../src/domain/errors.ts';
import type { TokenSource } from '../../src/ports/token-source.ts';

export interface FakeTokenSource extends TokenSource {
  /** How often the token was read past the cache. */
  readonly freshReads: number;
}

/** Hands out `cached` until a fresh read, and `renewed` from then on; undefined is a secret without a value. */
export function createFakeTokenSource(
  cached: string | undefined,
  renewed: string | undefined = cached,
): FakeTokenSource {
  const description = 'the secret of the test';
  let token = cached;
  let freshReads = 0;
  return {
    description,
    get freshReads() {
      return freshReads;
    },
    async read(options = {}) {
      if (options.fresh === true) {
        token = renewed;
        freshReads += 1;
      }
      if (token === undefined || token.trim() === '') {
        throw new SyncError('SecretUnreadable', `There is no token in ${description}.`);
      }
      return token.trim();
    },
  };
}
