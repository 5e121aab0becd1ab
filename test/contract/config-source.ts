import { describe, expect, it } from 'vitest';
import type { ConfigSource } from '../../src/ports/config-source.ts';

export interface ConfigSourceSubject extends AsyncDisposable {
  readonly source: ConfigSource;
}

/** What every ConfigSource does. `makeSubject` makes one with this text, or one of nothing. */
export function describeConfigSourceContract(
  name: string,
  makeSubject: (text: string | undefined) => Promise<ConfigSourceSubject>,
): void {
  describe(`the config source contract: ${name}`, () => {
    it.each(['{"provider":"aws"}', '[]\n', 'not JSON: ñ 雪', ''])('hands out the text %j', async (text) => {
      await using subject = await makeSubject(text);
      expect(await subject.source.read()).toBe(text);
      expect(await subject.source.read()).toBe(text);
    });

    it('says where it looked when there is no configuration', async () => {
      await using subject = await makeSubject(undefined);
      expect(subject.source.location).not.toBe('');
      await expect(subject.source.read()).rejects.toMatchObject({
        code: 'ConfigNotFound',
        message: expect.stringContaining(subject.source.location),
      });
    });
  });
}
