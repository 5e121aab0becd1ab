import { describe, expect, it } from 'vitest';
import type { TokenSource } from '../../src/ports/token-source.ts';

export interface TokenSourceSubject extends AsyncDisposable {
  readonly source: TokenSource;
}

/** What every TokenSource does. `makeSubject` makes one whose secret is this text, or one without a secret. */
export function describeTokenSourceContract(
  name: string,
  makeSubject: (secret: string | undefined) => Promise<TokenSourceSubject>,
): void {
  describe(`the token source contract: ${name}`, () => {
    it('hands out the token, from its cache and past it', async () => {
      await using subject = await makeSubject('abc.atlasv1.def');
      expect(await subject.source.read()).toBe('abc.atlasv1.def');
      expect(await subject.source.read({ fresh: true })).toBe('abc.atlasv1.def');
      expect(await subject.source.read({ fresh: false })).toBe('abc.atlasv1.def');
    });

    it('leaves the blanks around the token out', async () => {
      await using subject = await makeSubject(' abc.atlasv1.def\n');
      expect(await subject.source.read()).toBe('abc.atlasv1.def');
    });

    it('says where the token comes from without saying the token', async () => {
      await using subject = await makeSubject('abc.atlasv1.def');
      expect(subject.source.description).not.toBe('');
      expect(subject.source.description).not.toContain('abc');
    });

    it.each([undefined, '', ' \n'])('cannot read the secret %j', async (secret) => {
      await using subject = await makeSubject(secret);
      await expect(subject.source.read()).rejects.toMatchObject({ code: 'SecretUnreadable' });
    });
  });
}
