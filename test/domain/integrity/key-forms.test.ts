import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { type PrivateKey, readPrivateKey, reformatKey } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { compareKeyForms } from '../../../src/domain/integrity/key-forms.ts';
import {
  readSigningKeys,
  type SigningKeyInfo,
  type SubkeyInfo,
} from '../../../src/domain/integrity/signing-key.ts';
import { verifyShasumsSignature } from '../../../src/domain/integrity/verify-signature.ts';
import { signDetached } from '../../support/pgp/signatures.ts';
import {
  armorOf,
  days,
  KEY_CREATED,
  keyIdOf,
  published,
  revokedKey,
  subkeyOf,
  throwawayKey,
  withRevokedSubkey,
} from '../../support/pgp/throwaway-keys.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

async function infoOf(armor: string): Promise<SigningKeyInfo> {
  const [info] = await readSigningKeys(armor);
  if (info === undefined) throw new Error('The text holds no key');
  return info;
}

const compareArmors = async (stored: string, wanted: string) =>
  compareKeyForms(await infoOf(stored), await infoOf(wanted));

const LATER = new Date('2026-01-01T00:00:00Z');
const YEAR_LATER = new Date(KEY_CREATED.getTime() + days(365) * 1000);

async function renewed(key: PrivateKey, expiresInDays: number): Promise<PrivateKey> {
  const { privateKey } = await reformatKey({
    privateKey: key,
    userIDs: [{ name: 'Throwaway test key', email: 'throwaway@test.invalid' }],
    date: YEAR_LATER,
    keyExpirationTime: days(expiresInDays),
    format: 'object',
  });
  return privateKey;
}

describe('two forms of one key', () => {
  it('are the same when they verify the same, whatever the text around and the line ends', async () => {
    const armor = armorOf(await throwawayKey({ subkeys: [{ sign: true }, {}] }));
    const other = `Our key:\r\n${armor.replaceAll('\n', '\r\n')}`;
    expect(await compareArmors(armor, other)).toEqual({
      relation: 'same',
      differences: [],
      unverifiable: [],
    });
  });

  it('are the same when only an encryption subkey was added', async () => {
    const key = await throwawayKey();
    const more = await key.addSubkey({ sign: false, date: YEAR_LATER });
    expect((await compareArmors(armorOf(key), armorOf(more))).relation).toBe('same');
  });

  it('differ by a signing subkey that was added, whose signatures the older form does not verify', async () => {
    const key = await throwawayKey();
    const more = await key.addSubkey({ sign: true, date: KEY_CREATED });
    const subkeyId = keyIdOf(subkeyOf(more));
    expect(await compareArmors(armorOf(key), armorOf(more))).toEqual({
      relation: 'older',
      differences: [`The stored form lacks the signing subkey ${subkeyId}.`],
      unverifiable: [subkeyId],
    });
    const shasums = new TextEncoder().encode('sums');
    const signature = await signDetached(more, shasums);
    const verify = (form: PrivateKey) =>
      verifyShasumsSignature({ shasums, signature, keys: [published(form)], now: LATER, subject: 'x' });
    await expect(verify(more)).resolves.toBeDefined();
    await expect(verify(key)).rejects.toMatchObject({ code: 'SigningKeyUnknown' });
  });

  it.each([
    ['renewed', 900, 'expires on 2026-06-19'],
    ['shortened', 400, 'expires on 2025-02-04'],
    ['taken away', 0, 'never expires'],
  ])('differ by an expiry that was %s: the one signed last is the newer', async (_, until, words) => {
    const key = await throwawayKey({ expiresInDays: 500 });
    expect(await compareArmors(armorOf(key), armorOf(await renewed(key, until)))).toEqual({
      relation: 'older',
      differences: [`The key expires on 2025-05-15 in the stored form and ${words} in the published one.`],
      unverifiable: [],
    });
  });

  it('differ by a revocation, which cannot be taken back', async () => {
    const key = await throwawayKey({ subkeys: [{ sign: true }] });
    const whole = armorOf(key);
    expect(await compareArmors(whole, armorOf(await revokedKey(key)))).toMatchObject({ relation: 'older' });
    expect(await compareArmors(armorOf(await withRevokedSubkey(key)), whole)).toMatchObject({
      relation: 'newer',
      unverifiable: [keyIdOf(subkeyOf(key))],
    });
  });

  it('are different when each has what the other lacks', async () => {
    const key = await throwawayKey();
    const one = await key.addSubkey({ sign: true, date: KEY_CREATED });
    const other = await (await copyOfPrivate(key)).addSubkey({ sign: true, date: KEY_CREATED });
    const comparison = await compareArmors(armorOf(one), armorOf(other));
    expect(comparison.relation).toBe('different');
    expect(comparison.differences).toHaveLength(2);
  });

  it('are different when they are two keys', async () => {
    const wanted = await throwawayKey();
    const comparison = await compareArmors(armorOf(await throwawayKey()), armorOf(wanted));
    expect(comparison).toMatchObject({ relation: 'different', unverifiable: [keyIdOf(wanted)] });
  });
});

async function copyOfPrivate(key: PrivateKey): Promise<PrivateKey> {
  return readPrivateKey({ armoredKey: key.armor() });
}

describe('any two forms', () => {
  const time = fc.constantFrom<Date | undefined>(undefined, new Date(1e12), new Date(2e12));
  const subkey = (digit: string) =>
    fc.record({
      keyId: fc.constant(digit.repeat(16)),
      fingerprint: fc.constant(digit.repeat(40)),
      algorithm: fc.constant('RSA 4096'),
      signs: fc.boolean(),
      createdAt: fc.constant(new Date(0)),
      expiresAt: time,
      revoked: fc.boolean(),
    });
  const form = fc
    .record({
      signs: fc.boolean(),
      revoked: fc.boolean(),
      expiresAt: time,
      selfSignedAt: time,
      subkeys: fc.tuple(fc.option(subkey('B')), fc.option(subkey('C'))),
    })
    .map(({ subkeys, ...rest }): SigningKeyInfo => {
      const present: readonly SubkeyInfo[] = subkeys.filter((each) => each !== null);
      return {
        ...rest,
        keyId: 'A'.repeat(16),
        fingerprint: 'A'.repeat(40),
        algorithm: 'RSA 4096',
        subkeys: present,
        subkeyIds: present.map(({ keyId }) => keyId),
        userIds: [],
        createdAt: new Date(0),
        asciiArmor: '',
      };
    });
  const MIRRORED = { same: 'same', older: 'newer', newer: 'older', different: 'different' } as const;

  it('relate the other way round when they change places', () => {
    fc.assert(
      fc.property(form, form, (a, b) => {
        expect(compareKeyForms(b, a).relation).toBe(MIRRORED[compareKeyForms(a, b).relation]);
      }),
    );
  });

  it('are the same exactly when nothing differs, and then verify the same', () => {
    fc.assert(
      fc.property(form, form, (a, b) => {
        const { relation, differences, unverifiable } = compareKeyForms(a, b);
        expect(relation === 'same').toBe(differences.length === 0);
        expect(relation === 'same' ? unverifiable : []).toEqual([]);
        expect(compareKeyForms(a, a).relation).toBe('same');
      }),
    );
  });
});

const keys = sharedVectors('pgp/keys');

describe.skipIf(keys === undefined)('HashiCorp’s key of 2021 and of 2026 (../shared/vectors/pgp)', () => {
  it('are an older and a newer form of one key', async () => {
    const read = (file: string) => readFileSync(join(keys ?? '', file), 'utf8');
    const comparison = await compareArmors(
      read('hashicorp_72D7468F_2021.asc'),
      read('hashicorp_72D7468F_2026.asc'),
    );
    expect(comparison.relation).toBe('older');
    expect(comparison.differences.join()).toMatch(/The key expires on 2026-04-18 in the stored form/);
  });
});
