import type { TokenSource } from '../../src/ports/token-source.ts';

export interface FakeTokenSource extends TokenSource {
  /** How often the token was read past the cache. */
  readonly freshReads: number;
}

/** Hands out `cached` until a fresh read, and `renewed` from then on. */
export function createFakeTokenSource(cached: string, renewed: string = cached): FakeTokenSource {
  let token = cached;
  let freshReads = 0;
  return {
    description: 'the token of the test',
    get freshReads() {
      return freshReads;
    },
    async read(options = {}) {
      if (options.fresh === true) {
        token = renewed;
        freshReads += 1;
      }
      return token;
    },
  };
}
