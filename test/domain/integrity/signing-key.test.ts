import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { generateKey, readKey, readKeys, unarmor } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { isSyncError } from '../../../src/domain/errors.ts';
import { readSigningKeys } from '../../../src/domain/integrity/signing-key.ts';
import {
  armorOf,
  copyOf,
  days,
  KEY_CREATED,
  keyIdOf,
  revokedKey,
  subkeyOf,
  throwawayKey,
  withRevokedSubkey,
} from '../../support/pgp/throwaway-keys.ts';
import { gpgVector } from './shasums-signatures.ts';

const idsIn = async (text: string) => (await readSigningKeys(text)).map(({ keyId }) => keyId);

async function refusal(text: string): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await readSigningKeys(text);
  } catch (error) {
    if (isSyncError(error)) return error;
    throw error;
  }
  throw new Error('It was read, not refused');
}

describe('readSigningKeys', () => {
  it('says of a key what the key says of itself', async () => {
    const key = await throwawayKey({ name: 'Sample', expiresInDays: 90, subkeys: [{ sign: true }, {}] });
    expect(await readSigningKeys(armorOf(key))).toEqual([
      {
        keyId: keyIdOf(key),
        fingerprint: key.getFingerprint().toUpperCase(),
        algorithm: 'Ed25519',
        signs: true,
        subkeyIds: [keyIdOf(subkeyOf(key, 0)), keyIdOf(subkeyOf(key, 1))],
        subkeys: [
          { ...subkeyInfo(subkeyOf(key, 0)), algorithm: 'Ed25519', signs: true },
          { ...subkeyInfo(subkeyOf(key, 1)), algorithm: 'ECDH cv25519', signs: false },
        ],
        userIds: ['Sample <throwaway@test.invalid>'],
        createdAt: KEY_CREATED,
        expiresAt: new Date(KEY_CREATED.getTime() + days(90) * 1000),
        revoked: false,
        selfSignedAt: KEY_CREATED,
        asciiArmor: expect.stringMatching(/^-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n/),
      },
    ]);
  });

  it('gives whole ids: the id is the fingerprint’s last 16 digits', async () => {
    const [info] = await readSigningKeys(armorOf(await throwawayKey()));
    expect(info?.keyId).toMatch(/^[0-9A-F]{16}$/);
    expect(info?.fingerprint.endsWith(info.keyId)).toBe(true);
  });

  it('hands out an armored text of the same packets', async () => {
    const armor = armorOf(await throwawayKey({ subkeys: [{ sign: true }] }));
    const [info] = await readSigningKeys(`Our key:\r\n${armor.replaceAll('\n', '\r\n')}`);
    const packets = async (text: string) => (await readKey({ armoredKey: text })).write();
    expect(await packets(info?.asciiArmor ?? '')).toEqual(await packets(armor));
    expect(info?.asciiArmor).not.toContain('\r');
  });

  it('hands out the publisher’s block as it was published where it holds just that key', async () => {
    const armor = armorOf(await throwawayKey()).replaceAll('\r\n', '\n');
    const withComment = armor.replace('BLOCK-----\n', 'BLOCK-----\nComment: https://example.com/keys\n');
    const rewrapped = rewrap(armor, 76);
    for (const block of [armor, withComment, rewrapped]) {
      const [info] = await readSigningKeys(`before\r\n${block.replaceAll('\n', '\r\n')}after\r\n`);
      expect(info?.asciiArmor).toBe(block);
    }
  });

  it('armors a key anew where its block holds more, or text that would steer a terminal', async () => {
    const armor = armorOf(await throwawayKey()).replaceAll('\r\n', '\n');
    const steering = armor.replace('BLOCK-----\n', 'BLOCK-----\nComment: \u{1B}[2J\n');
    const [info] = await readSigningKeys(steering);
    expect(info?.asciiArmor).toBe(armor);
  });

  it('hands out no second key that openpgp.js cannot read and other programs might', async () => {
    const key = await throwawayKey();
    // A public key packet of version 99, which a reader passes over with what belongs to it.
    const stranger = Uint8Array.from([0xc6, 6, 99, 0, 0, 0, 0, 99]);
    const bytes = Buffer.concat([key.toPublic().write(), stranger]);
    const block = `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${bytes.toString('base64')}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
    const read = await readSigningKeys(block).catch(() => []);
    for (const { asciiArmor } of read) expect(asciiArmor).not.toBe(block);
  });

  it.each(['nistP256', 'nistP384', 'nistP521'] as const)(
    'says that a key is of the curve %s',
    async (curve) => {
      const { publicKey } = await generateKey({ type: 'ecc', curve, userIDs: [{ name: 'x' }], subkeys: [] });
      expect(await readSigningKeys(publicKey)).toMatchObject([{ algorithm: `ECDSA ${curve.toLowerCase()}` }]);
    },
  );

  it('says that a key is RSA or DSA, and how strong', async () => {
    const dsa = readFileSync(join(import.meta.dirname, 'vectors/dsa3072.asc'), 'utf8');
    const rsa = armorOf(await throwawayKey({ type: 'rsa', rsaBits: 2048 }));
    expect((await readSigningKeys(dsa))[0]).toMatchObject({ algorithm: 'DSA 3072' });
    expect(await readSigningKeys(rsa)).toMatchObject([{ algorithm: 'RSA 2048' }]);
  });

  it('says of a key of a curve that it is beyond this program, and not that the key is wrong', async () => {
    const { keys } = await gpgVector('brainpoolP256r1');
    expect(await refusal(keys[0]?.asciiArmor ?? '')).toEqual(
      expect.objectContaining({
        code: 'SigningKeyUnsupported',
        message:
          'The signing key 0985CE5B7C3A8009 is ECDSA brainpoolP256r1: this program cannot check signatures of that curve.',
      }),
    );
  });

  it('says when a subkey expires and that it is revoked', async () => {
    const key = await throwawayKey({ subkeys: [{ sign: true, keyExpirationTime: days(30) }] });
    const until = new Date(KEY_CREATED.getTime() + days(30) * 1000);
    expect(await readSigningKeys(armorOf(key))).toMatchObject([
      { subkeys: [{ signs: true, revoked: false, expiresAt: until }] },
    ]);
    expect(await readSigningKeys(armorOf(await withRevokedSubkey(key)))).toMatchObject([
      { subkeys: [{ signs: true, revoked: true }] },
    ]);
  });

  it('reads every block, in order, whatever stands around them', async () => {
    const keys = await Promise.all([throwawayKey(), throwawayKey(), throwawayKey()]);
    const ids = keys.map(keyIdOf);
    const armors = keys.map(armorOf);
    expect(await idsIn(armors.join(''))).toEqual(ids);
    expect(await idsIn(armors.map((armor) => armor.trimEnd()).join(''))).toEqual(ids);
    expect(await idsIn(`old:\n${armors.join('\nnew:\n')}\nbye\n`)).toEqual(ids);
    expect(await idsIn(armors.join('').replaceAll('\n', '\r\n'))).toEqual(ids);
  });

  it('reads several keys of one block and gives each its own block', async () => {
    const keys = await Promise.all([throwawayKey(), throwawayKey()]);
    const read = await readSigningKeys(await oneBlock(keys));
    expect(read.map(({ keyId }) => keyId)).toEqual(keys.map(keyIdOf));
    for (const { asciiArmor, keyId } of read) expect(await idsIn(asciiArmor)).toEqual([keyId]);
  });

  it('says that a key is revoked', async () => {
    expect(await readSigningKeys(armorOf(await revokedKey(await throwawayKey())))).toMatchObject([
      { revoked: true },
    ]);
  });

  it('keeps characters out of user ids that would steer a terminal', async () => {
    const [info] = await readSigningKeys(armorOf(await throwawayKey({ name: 'Eve\u{1B}[2J\u{202E}live' })));
    expect(info?.userIds).toEqual(['Eve\u{FFFD}[2J\u{FFFD}live <throwaway@test.invalid>']);
  });

  it.each([
    ['nothing', async () => ''],
    ['another text', async () => '<html></html>'],
    [
      'a block without an end',
      async () =>
        armorOf(await throwawayKey())
          .split('\n')
          .slice(0, 5)
          .join('\n'),
    ],
    ['a block with letters missing', async () => armorOf(await throwawayKey()).replace(/^.{20}/m, '')],
    [
      'a good block before a broken one',
      async () => `${armorOf(await throwawayKey())}-----BEGIN PGP PUBLIC KEY BLOCK-----\n`,
    ],
    ['a message', async () => armorOf(await throwawayKey()).replaceAll('PUBLIC KEY BLOCK', 'MESSAGE')],
    ['a key that does not sign itself', unsignedKey],
  ])('refuses %s', async (_, make) => {
    expect(await refusal(await make())).toMatchObject({ code: 'SigningKeyMalformed' });
  });

  it('refuses a private key, also one under the wrong heading, without repeating it', async () => {
    const armor = (await throwawayKey()).armor();
    for (const text of [armor, armor.replaceAll('PRIVATE', 'PUBLIC')]) {
      const { code, message } = await refusal(text);
      expect(code).toBe('SigningKeyMalformed');
      expect(message).not.toContain(armor.split('\n')[3]);
    }
  });

  it('reads or refuses, and never fails otherwise, whichever character is changed', async () => {
    const armor = armorOf(await throwawayKey());
    await fc.assert(
      fc.asyncProperty(
        fc.nat(armor.length - 1),
        fc.constantFrom('A', '=', '\n', '-', '\0'),
        async (at, char) => {
          const changed = armor.slice(0, at) + char + armor.slice(at + 1);
          const outcome = await readSigningKeys(changed).catch((error: unknown) => error);
          const code = isSyncError(outcome) ? outcome.code : Array.isArray(outcome) ? 'read' : outcome;
          expect(['read', 'SigningKeyMalformed']).toContain(code);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function subkeyInfo(subkey: ReturnType<typeof subkeyOf>) {
  return {
    keyId: keyIdOf(subkey),
    fingerprint: subkey.getFingerprint().toUpperCase(),
    createdAt: KEY_CREATED,
    expiresAt: new Date(KEY_CREATED.getTime() + days(90) * 1000),
    revoked: false,
  };
}

/** The same block with lines of another length, as other programs write them. */
function rewrap(armor: string, width: number): string {
  const [, head = '', body = '', tail = ''] = /^(.*?\n\n)(.*?)(\n(?:=.{4}\n)?-----END.*)$/s.exec(armor) ?? [];
  return `${head}${(body.replaceAll('\n', '').match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\n')}${tail}`;
}

async function oneBlock(keys: Parameters<typeof armorOf>[0][]): Promise<string> {
  const bytes = Buffer.concat(keys.map((key) => key.toPublic().write()));
  expect(await readKeys({ binaryKeys: bytes })).toHaveLength(keys.length);
  const armor = `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${bytes.toString('base64')}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
  await unarmor(armor);
  return armor;
}

async function unsignedKey(): Promise<string> {
  const copy = await copyOf(await throwawayKey());
  for (const user of copy.users) user.selfCertifications = [];
  return copy.armor();
}
