import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { enums, reformatKey } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { isSyncError } from '../../../src/domain/errors.ts';
import {
  type SignatureInput,
  type VerifiedSignature,
  verifyShasumsSignature,
} from '../../../src/domain/integrity/verify-signature.ts';
import {
  armored,
  keyWithStolenSubkey,
  signDetached,
  signDetachedWith,
} from '../../support/pgp/signatures.ts';
import {
  armorOf,
  copyOf,
  days,
  KEY_CREATED,
  keyIdOf,
  keyWithSigningSubkey,
  published,
  revokedKey,
  subkeyOf,
  throwawayKey,
  withRevokedSubkey,
} from '../../support/pgp/throwaway-keys.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
const utf8 = (text: string) => new TextEncoder().encode(text);
const SHASUMS = utf8(`${'a'.repeat(64)}  terraform-provider-sample_1.0.0_linux_amd64.zip\n`);
const OTHER_SHASUMS = utf8(`${'b'.repeat(64)}  terraform-provider-sample_1.0.1_linux_amd64.zip\n`);

type Input = Pick<SignatureInput, 'signature' | 'keys'> & Partial<SignatureInput>;

async function verify(input: Input): Promise<VerifiedSignature> {
  return await verifyShasumsSignature({
    shasums: SHASUMS,
    now: NOW,
    subject: 'x.test/a/sample 1.0.0',
    ...input,
  });
}

/** The code and message of the refusal; fails the test when the signature is accepted. */
async function refusal(input: Input): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await verify(input);
  } catch (error) {
    if (isSyncError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('The signature was accepted');
}

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
    const { signedBy } = await verify(await dsaVector('dsa3072'));
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

describe('a signature is refused', () => {
  it('as by an unknown key, naming its id and the keys tried', async () => {
    const [signer, ...others] = await Promise.all([throwawayKey(), throwawayKey(), throwawayKey()]);
    const { code, message } = await refusal({
      signature: await signDetached(signer, SHASUMS),
      keys: others.map((key) => published(key)),
    });
    expect(code).toBe('SigningKeyUnknown');
    for (const key of [signer, ...others]) expect(message).toContain(keyIdOf(key));
  });

  it('as by an unknown key when the registry lists none', async () => {
    const key = await throwawayKey();
    const { code } = await refusal({ signature: await signDetached(key, SHASUMS), keys: [] });
    expect(code).toBe('SigningKeyUnknown');
  });

  it('as invalid when SHA256SUMS was tampered with', async () => {
    const key = await throwawayKey();
    const { code, message } = await refusal({
      signature: await signDetached(key, SHASUMS),
      shasums: utf8(new TextDecoder().decode(SHASUMS).replace('linux', 'Linux')),
      keys: [published(key)],
    });
    expect(code).toBe('SignatureInvalid');
    expect(message).toContain(keyIdOf(key));
  });

  it('as invalid when it is over another release’s SHA256SUMS', async () => {
    const key = await keyWithSigningSubkey();
    const signature = await signDetached(key, OTHER_SHASUMS);
    expect(await refusal({ signature, keys: [published(key)] })).toMatchObject({ code: 'SignatureInvalid' });
  });

  it('as invalid when one of two signatures by listed keys does not hold', async () => {
    const [good, bad] = await Promise.all([throwawayKey(), throwawayKey()]);
    const signature = Buffer.concat([
      await signDetached(good, SHASUMS),
      await signDetached(bad, OTHER_SHASUMS),
    ]);
    const keys = [published(good), published(bad)];
    expect(await refusal({ signature, keys })).toMatchObject({ code: 'SignatureInvalid' });
  });

  it.each([
    ['SHA-1', enums.hash.sha1],
    ['RIPEMD-160', enums.hash.ripemd],
    ['MD5', enums.hash.md5],
  ])('as invalid when its digest is %s', async (_, hash) => {
    const key = await throwawayKey({ type: 'rsa' });
    const signature = await signDetachedWith(key.keyPacket, SHASUMS, { hash });
    expect(await refusal({ signature, keys: [published(key)] })).toMatchObject({ code: 'SignatureInvalid' });
  });

  it('as invalid when it says that it has expired itself', async () => {
    const key = await throwawayKey();
    const signature = await signDetachedWith(key.keyPacket, SHASUMS, { expiresInSeconds: days(1) });
    expect(await refusal({ signature, keys: [published(key)] })).toMatchObject({ code: 'SignatureInvalid' });
  });

  it('as invalid when it is dated in the future', async () => {
    const key = await throwawayKey();
    const signature = await signDetached(key, SHASUMS, new Date('2026-07-01T00:00:00Z'));
    expect(await refusal({ signature, keys: [published(key)] })).toMatchObject({ code: 'SignatureInvalid' });
  });

  it.each([
    ['compromised', enums.reasonForRevocation.keyCompromised],
    ['superseded, after the signature was made', enums.reasonForRevocation.keySuperseded],
  ])('when the key is revoked as %s', async (_, reason) => {
    const key = await throwawayKey();
    const signature = await signDetached(key, SHASUMS);
    const keys = [published(await revokedKey(key, reason))];
    expect(await refusal({ signature, keys })).toMatchObject({ code: 'SigningKeyRevoked' });
  });

  it.each([
    ['compromised', enums.reasonForRevocation.keyCompromised],
    ['retired, after the signature was made', enums.reasonForRevocation.keyRetired],
  ])('when the signing subkey is revoked as %s', async (_, reason) => {
    const key = await keyWithSigningSubkey();
    const signature = await signDetached(key, SHASUMS);
    const keys = [published(await withRevokedSubkey(key, reason))];
    expect(await refusal({ signature, keys })).toMatchObject({ code: 'SigningKeyRevoked' });
  });

  it('when only another listed copy of the key carries the revocation', async () => {
    const key = await throwawayKey();
    const signature = await signDetached(key, SHASUMS);
    const keys = [published(key), published(await revokedKey(key))];
    expect(await refusal({ signature, keys })).toMatchObject({ code: 'SigningKeyRevoked' });
  });

  it('when an encryption subkey of a listed key made it', async () => {
    const key = await throwawayKey({ type: 'rsa', subkeys: [{ type: 'rsa' }] });
    const signature = await signDetachedWith(subkeyOf(key).keyPacket, SHASUMS);
    expect(await refusal({ signature, keys: [published(key)] })).toMatchObject({
      code: 'SigningKeyUnusable',
    });
  });

  it('when the listed key claims somebody else’s signing subkey', async () => {
    const [thief, victim] = await Promise.all([throwawayKey(), keyWithSigningSubkey()]);
    const signature = await signDetached(victim, SHASUMS);
    const stolen = await keyWithStolenSubkey(thief, victim);
    expect(await refusal({ signature, keys: [published(stolen)] })).toMatchObject({
      code: 'SigningKeyUnusable',
    });
    const { signedBy } = await verify({ signature, keys: [published(stolen), published(victim)] });
    expect(signedBy.keyId).toBe(keyIdOf(victim));
  });

  it('when the key is an RSA key of 1024 bits', async () => {
    const key = await throwawayKey({ type: 'rsa', rsaBits: 1024 });
    const signature = await signDetached(key, SHASUMS);
    expect(await refusal({ signature, keys: [published(key)] })).toMatchObject({
      code: 'SigningKeyUnusable',
    });
  });

  it('when the key is a DSA key of 1024 bits', async () => {
    expect(await refusal(await dsaVector('dsa1024'))).toMatchObject({ code: 'SigningKeyUnusable' });
  });

  it('as by a malformed key when no other listed key made it', async () => {
    const [signer, other] = await Promise.all([throwawayKey(), throwawayKey()]);
    const signature = await signDetached(signer, SHASUMS);
    const broken = armorOf(signer).replace(/^.{20}/m, '');
    const keys = [published(broken), published(other)];
    expect(await refusal({ signature, keys })).toMatchObject({ code: 'SigningKeyMalformed' });
  });

  it('as by a malformed key when the registry lists a private key, which is not repeated', async () => {
    const key = await throwawayKey();
    const privateArmor = key.armor();
    const { code, message } = await refusal({
      signature: await signDetached(key, SHASUMS),
      keys: [published(privateArmor)],
    });
    expect(code).toBe('SigningKeyMalformed');
    expect(message).not.toContain(privateArmor.split('\n')[4]);
  });

  it.each([
    ['empty', async () => new Uint8Array()],
    ['text', async () => utf8('<html>not found</html>')],
    ['random bytes', async () => new Uint8Array(200).fill(0xa5)],
    ['a public key', async () => (await throwawayKey()).toPublic().write()],
    ['an armored public key', async () => utf8(armorOf(await throwawayKey()))],
    [
      'a signature that is not over a document',
      async () =>
        await signDetachedWith((await throwawayKey()).keyPacket, SHASUMS, {
          type: enums.signature.standalone,
        }),
    ],
    [
      'a signature with other bytes after it',
      async () => Buffer.concat([await signDetached(await throwawayKey(), SHASUMS), utf8('\n')]),
    ],
  ])('as malformed when it is %s', async (_, make) => {
    const signature = await make();
    expect(await refusal({ signature, keys: [published(await throwawayKey())] })).toMatchObject({
      code: 'SignatureMalformed',
    });
  });

  it('as malformed wherever it is cut short', async () => {
    const key = await throwawayKey();
    const signature = await signDetached(key, SHASUMS);
    const keys = [published(key)];
    for (let length = 0; length < signature.length; length += 7) {
      const { code } = await refusal({ signature: signature.slice(0, length), keys });
      expect(code, `cut to ${length} of ${signature.length} bytes`).toBe('SignatureMalformed');
    }
  });

  it('whichever byte of SHA256SUMS is changed', async () => {
    const key = await throwawayKey();
    const signature = await signDetached(key, SHASUMS);
    const keys = [published(key)];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(SHASUMS.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (position, difference) => {
          const shasums = SHASUMS.map((byte, index) => (index === position ? byte ^ difference : byte));
          expect(await refusal({ signature, shasums, keys })).toMatchObject({ code: 'SignatureInvalid' });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('or names the same key, whichever byte of the signature is changed', async () => {
    const key = await throwawayKey();
    const signature = await signDetached(key, SHASUMS);
    const change = fc.tuple(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(change, async ([position, difference]) => {
        const changed = signature.map((byte, index) => (index === position ? byte ^ difference : byte));
        // The part that is not signed over may change; what is left must be the key's own signature.
        const outcome = await verify({ signature: changed, keys: [published(key)] }).then(
          ({ signedBy }) => signedBy.keyId,
          (error: unknown) => (isSyncError(error) ? error.code : error),
        );
        expect(['SignatureInvalid', 'SignatureMalformed', 'SigningKeyUnknown', keyIdOf(key)]).toContain(
          outcome,
        );
      }),
      { numRuns: 60 },
    );
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

/** Made with gpg, since openpgp.js makes no DSA keys. Only the public halves are here. */
async function dsaVector(name: string) {
  const read = (file: string) => new Uint8Array(readFileSync(join(import.meta.dirname, 'vectors', file)));
  return {
    shasums: read('SHA256SUMS'),
    signature: read(`SHA256SUMS.${name}.sig`),
    keys: [published(new TextDecoder().decode(read(`${name}.asc`)))],
    now: new Date('2027-01-01T00:00:00Z'),
  };
}
