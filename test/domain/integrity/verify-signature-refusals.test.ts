import * as fc from 'fast-check';
import { enums } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { isSyncError } from '../../../src/domain/errors.ts';
import { keyWithStolenSubkey, signDetached, signDetachedWith } from '../../support/pgp/signatures.ts';
import {
  armorOf,
  days,
  keyIdOf,
  keyWithSigningSubkey,
  published,
  revokedKey,
  subkeyOf,
  throwawayKey,
  withRevokedSubkey,
} from '../../support/pgp/throwaway-keys.ts';
import { gpgVector, OTHER_SHASUMS, refusal, SHASUMS, utf8, verify } from './shasums-signatures.ts';

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
    expect(await refusal(await gpgVector('dsa1024'))).toMatchObject({ code: 'SigningKeyUnusable' });
  });

  it.each([
    ['brainpoolP256r1', '0985CE5B7C3A8009'],
    ['secp256k1', '659AEA619A635D2E'],
  ])('as beyond this program, and not as invalid, when the key is of the curve %s', async (curve, keyId) => {
    const { code, message } = await refusal(await gpgVector(curve));
    expect(code).toBe('SigningKeyUnsupported');
    expect(message).toContain(`${keyId} is ECDSA ${curve}`);
    expect(message).toContain('says nothing about the release');
    expect(message).not.toMatch(/module|node_modules|stack/i);
  });

  it('not for a listed key of such a curve that did not make it', async () => {
    const signer = await throwawayKey();
    const { keys } = await gpgVector('secp256k1');
    const input = { signature: await signDetached(signer, SHASUMS), keys: [...keys, published(signer)] };
    expect((await verify(input)).signedBy.keyId).toBe(keyIdOf(signer));
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
