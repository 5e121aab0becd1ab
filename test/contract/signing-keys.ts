import { beforeAll, describe, expect, it } from 'vitest';
import { makeSigningKey, type SampleSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { SigningKeys } from '../../src/ports/signing-keys.ts';

export interface SigningKeysSubject extends AsyncDisposable {
  readonly signingKeys: SigningKeys;
}

/** What every SigningKeys does. `makeSubject` makes one of an organization without keys. */
export function describeSigningKeysContract(
  name: string,
  makeSubject: () => Promise<SigningKeysSubject>,
): void {
  let key: SampleSigningKey;
  let other: SampleSigningKey;

  beforeAll(async () => {
    [key, other] = await Promise.all([makeSigningKey(), makeSigningKey({ signingSubkey: true })]);
  });

  describe(`the signing keys contract: ${name}`, () => {
    it('holds no key at first', async () => {
      await using subject = await makeSubject();
      expect(await subject.signingKeys.list()).toEqual([]);
      expect(await subject.signingKeys.find(key.keyId)).toBeUndefined();
    });

    it('adds a key, finds it by its id and lists it', async () => {
      await using subject = await makeSubject();
      const { signingKeys } = subject;
      expect(await signingKeys.add(key)).toBe('added');
      const stored = { keyId: key.keyId, asciiArmor: key.asciiArmor, createdAt: expect.any(Date) };
      expect(await signingKeys.find(key.keyId)).toEqual(stored);
      expect(await signingKeys.list()).toEqual([stored]);
      expect(await signingKeys.find(other.keyId)).toBeUndefined();
    });

    it('leaves a key that is already there', async () => {
      await using subject = await makeSubject();
      await subject.signingKeys.add(key);
      await subject.signingKeys.add(other);
      expect(await subject.signingKeys.add(key)).toBe('present');
      const ids = (await subject.signingKeys.list()).map(({ keyId }) => keyId);
      expect(ids.toSorted()).toEqual([key.keyId, other.keyId].toSorted());
    });
  });
}
