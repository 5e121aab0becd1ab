import * as fc from 'fast-check';
import { readKey, readKeys, unarmor } from 'openpgp';
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
} from '../../support/pgp/throwaway-keys.ts';

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
        subkeyIds: [keyIdOf(subkeyOf(key, 0)), keyIdOf(subkeyOf(key, 1))],
        userIds: ['Sample <throwaway@test.invalid>'],
        createdAt: KEY_CREATED,
        expiresAt: new Date(KEY_CREATED.getTime() + days(90) * 1000),
        revoked: false,
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
