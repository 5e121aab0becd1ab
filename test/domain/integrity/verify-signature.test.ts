import { enums, reformatKey } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { armored, signDetached, signDetachedWith } from '../../support/pgp/signatures.ts';
import {
  armorOf,
  copyOf,
  days,
  KEY_CREATED,
  keyIdOf,
  keyWithSigningSubkey,
  published,
  subkeyOf,
  throwawayKey,
} from '../../support/pgp/throwaway-keys.ts';
import { gpgVector, refusal, SHASUMS, verify } from './shasums-signatures.ts';

describe('a signature is accepted', () => {
  it.each(['ecc', 'curve25519', 'rsa'] as const)('by a primary key of type %s', async (type) => {
    const key = await throwawayKey({ type, name: 'Sample Publisher' });
    const { signedBy, checks, remarks } = await verify({
      signature: await signDetached(key, SHASUMS),
      keys: [published(key, keyIdOf(key))],
    });
    expect(signedBy).toMatchObject({ keyId: keyIdOf(key), revoked: false, expiresAt: undefined });
    expect(checks).toEqual([
      {
        check: 'signature-over-shasums',
        subject: 'x.test/a/sample 1.0.0',
        passed: true,
        detail: `signed by ${keyIdOf(key)} (Sample Publisher <throwaway@test.invalid>) on 2025-01-01`,
      },
    ]);
    expect(remarks).toEqual([]);
  });

  it('by a subkey, and the primary key is reported', async () => {
    const key = await keyWithSigningSubkey();
    const { signedBy, checks } = await verify({
      signature: await signDetached(key, SHASUMS),
      keys: [published(key)],
    });
    expect(signedBy.keyId).toBe(keyIdOf(key));
    expect(checks[0]?.detail).toContain(`by its subkey ${keyIdOf(subkeyOf(key))}`);
  });

  it('by a 3072-bit DSA key, which the Terraform registry takes', async () => {
    const { signedBy } = await verify(await gpgVector('dsa3072'));
    expect(signedBy.keyId).toBe('26EB8C0FED3CBC3D');
  });

  it('by the right one of several keys, listed last', async () => {
    const [first, second, right] = await Promise.all([
      throwawayKey(),
      keyWithSigningSubkey(),
      throwawayKey(),
    ]);
    const { signedBy } = await verify({
      signature: await signDetached(right, SHASUMS),
      keys: [first, second, right].map((key) => published(key)),
    });
    expect(signedBy.keyId).toBe(keyIdOf(right));
  });

  it('by the key in the second armored block of one text', async () => {
    const [first, second] = await Promise.all([throwawayKey(), throwawayKey()]);
    const { signedBy } = await verify({
      signature: await signDetached(second, SHASUMS),
      keys: [published(armorOf(first) + armorOf(second))],
    });
    expect(signedBy.keyId).toBe(keyIdOf(second));
  });

  it('by a key whose armor has CRLF line ends', async () => {
    const key = await throwawayKey();
    const { signedBy } = await verify({
      signature: await signDetached(key, SHASUMS),
      keys: [published(armorOf(key).replaceAll('\n', '\r\n'))],
    });
    expect(signedBy.asciiArmor).not.toContain('\r');
  });

  it('when it is armored, and is handed on in the binary form that Terraform reads', async () => {
    const key = await throwawayKey();
    const binary = await signDetached(key, SHASUMS);
    const { binarySignature, remarks } = await verify({
      signature: await armored(binary),
      keys: [published(key)],
    });
    expect(Buffer.from(binarySignature).equals(binary)).toBe(true);
    expect(remarks).toEqual([expect.stringContaining('armored')]);
  });

  it('when it is of the text type, with a remark', async () => {
    const key = await throwawayKey();
    const signature = await signDetachedWith(key.keyPacket, SHASUMS, { type: enums.signature.text });
    const { remarks } = await verify({ signature, keys: [published(key)] });
    expect(remarks).toEqual([expect.stringContaining('text type')]);
  });

  it('when a listed key beside the right one is malformed, with a remark', async () => {
    const key = await throwawayKey();
    const { signedBy, remarks } = await verify({
      signature: await signDetached(key, SHASUMS),
      keys: [published('not a key'), published(key)],
    });
    expect(signedBy.keyId).toBe(keyIdOf(key));
    expect(remarks).toEqual([expect.stringContaining('cannot be read')]);
  });

  it('when the id that the registry claims is wrong, with a remark: the armor decides', async () => {
    const key = await throwawayKey();
    const { signedBy, remarks } = await verify({
      signature: await signDetached(key, SHASUMS),
      keys: [published(key, '0123456789ABCDEF')],
    });
    expect(signedBy.keyId).toBe(keyIdOf(key));
    expect(remarks).toEqual([expect.stringContaining('0123456789ABCDEF')]);
  });

  it('beside another signature by a key that is not listed', async () => {
    const [listed, stranger] = await Promise.all([throwawayKey(), throwawayKey()]);
    const signature = Buffer.concat([
      await signDetached(stranger, SHASUMS),
      await signDetached(listed, SHASUMS),
    ]);
    const { signedBy } = await verify({ signature, keys: [published(listed)] });
    expect(signedBy.keyId).toBe(keyIdOf(listed));
  });
});

describe('an expired key', () => {
  it('is accepted with a remark when the primary key expired after signing', async () => {
    const key = await throwawayKey({ expiresInDays: 500 });
    const { remarks, signedBy } = await verify({
      signature: await signDetached(key, SHASUMS),
      keys: [published(key)],
    });
    expect(signedBy.expiresAt).toEqual(new Date(KEY_CREATED.getTime() + days(500) * 1000));
    expect(remarks).toEqual([expect.stringMatching(/^Signing key \w{16} expired on 2025-05-15, after/)]);
  });

  it('is accepted with a remark when only the signing subkey expired', async () => {
    const key = await throwawayKey({ subkeys: [{ sign: true, keyExpirationTime: days(500) }] });
    const { remarks } = await verify({ signature: await signDetached(key, SHASUMS), keys: [published(key)] });
    expect(remarks).toEqual([expect.stringMatching(/^Signing subkey \w{16} expired on 2025-05-15, after/)]);
  });

  it('is accepted with a louder remark when it had expired before signing', async () => {
    const key = await throwawayKey({ expiresInDays: 30 });
    const signature = await signDetachedWith(key.keyPacket, SHASUMS);
    const { remarks } = await verify({ signature, keys: [published(key)] });
    expect(remarks).toEqual([expect.stringMatching(/expired on 2024-01-31, before this signature was made/)]);
  });

  it('is not remarked on when the registry also lists its renewed copy', async () => {
    const key = await throwawayKey({ expiresInDays: 500 });
    const renewed = await renew(key);
    const { remarks, signedBy } = await verify({
      signature: await signDetached(key, SHASUMS),
      keys: [published(armorOf(key) + armorOf(renewed))],
    });
    expect(signedBy.expiresAt).toBeUndefined();
    expect(remarks).toEqual([]);
  });

  it('verifies what it signed before it was renewed', async () => {
    const key = await throwawayKey({ expiresInDays: 500 });
    const { remarks } = await verify({
      signature: await signDetached(key, SHASUMS),
      keys: [published(await renew(key))],
    });
    expect(remarks).toEqual([]);
  });
});

describe('a pinned key', () => {
  async function signedBySubkey() {
    const key = await throwawayKey({ subkeys: [{ sign: true }, {}] });
    return { key, signature: await signDetached(key, SHASUMS), keys: [published(key)] };
  }

  it('is met by the primary key’s id, in either case', async () => {
    const { key, ...input } = await signedBySubkey();
    for (const pinnedKeyId of [keyIdOf(key), keyIdOf(key).toLowerCase()]) {
      const { checks } = await verify({ ...input, pinnedKeyId });
      expect(checks.at(-1)).toMatchObject({
        check: 'signed-by-pinned-key',
        subject: pinnedKeyId,
        passed: true,
      });
    }
  });

  it('is met by the primary key’s fingerprint', async () => {
    const { key, ...input } = await signedBySubkey();
    const pinnedKeyId = key.getFingerprint().toUpperCase();
    expect((await verify({ ...input, pinnedKeyId })).signedBy.keyId).toBe(keyIdOf(key));
  });

  it('is met by the id or fingerprint of the subkey that signed', async () => {
    const { key, ...input } = await signedBySubkey();
    for (const pinnedKeyId of [keyIdOf(subkeyOf(key)), subkeyOf(key).getFingerprint()]) {
      expect((await verify({ ...input, pinnedKeyId })).signedBy.keyId).toBe(keyIdOf(key));
    }
  });

  it('is not met by a subkey that did not sign', async () => {
    const { key, ...input } = await signedBySubkey();
    const pinnedKeyId = keyIdOf(subkeyOf(key, 1));
    expect(await refusal({ ...input, pinnedKeyId })).toMatchObject({ code: 'SigningKeyNotPinned' });
  });

  it('is not met by another listed key with a good signature, and the message names both', async () => {
    const [signer, pinned] = await Promise.all([throwawayKey(), throwawayKey()]);
    const { code, message } = await refusal({
      signature: await signDetached(signer, SHASUMS),
      keys: [published(signer), published(pinned)],
      pinnedKeyId: keyIdOf(pinned),
    });
    expect(code).toBe('SigningKeyNotPinned');
    expect(message).toContain(keyIdOf(signer));
    expect(message).toContain(keyIdOf(pinned));
  });

  it.each([
    ['the last 8 digits of its id', (id: string) => id.slice(-8)],
    [
      'the id with one digit changed',
      (id: string) => id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
    ],
    ['a fingerprint that only ends in its id', (id: string) => `${'0'.repeat(24)}${id}`],
    ['nothing at all', () => ''],
  ])('is not met by %s', async (_, pin) => {
    const { key, ...input } = await signedBySubkey();
    const pinnedKeyId = pin(keyIdOf(key));
    expect(await refusal({ ...input, pinnedKeyId })).toMatchObject({ code: 'SigningKeyNotPinned' });
  });

  it('is met by the second of two signatures in the file', async () => {
    const [first, pinned] = await Promise.all([throwawayKey(), throwawayKey()]);
    const signature = Buffer.concat([
      await signDetached(first, SHASUMS),
      await signDetached(pinned, SHASUMS),
    ]);
    const { signedBy } = await verify({
      signature,
      keys: [published(first), published(pinned)],
      pinnedKeyId: keyIdOf(pinned),
    });
    expect(signedBy.keyId).toBe(keyIdOf(pinned));
  });
});

/** A copy of the key that signed itself again in 2026 and no longer expires. */
async function renew(key: Awaited<ReturnType<typeof throwawayKey>>) {
  const { privateKey } = await reformatKey({
    privateKey: key,
    userIDs: { name: 'Throwaway test key', email: 'throwaway@test.invalid' },
    keyExpirationTime: 0,
    date: new Date('2026-02-18T00:00:00Z'),
    format: 'object',
  });
  return await copyOf(privateKey);
}
