import {
  type Config,
  config,
  enums,
  generateKey,
  type PrivateKey,
  type PublicKey,
  readKey,
  type SubkeyOptions,
} from 'openpgp';
import type { PublishedKey } from '../../../src/domain/integrity/armored-keys.ts';

/** When throwaway keys are made, unless a test says otherwise. */
export const KEY_CREATED = new Date('2024-01-01T00:00:00Z');

/** Allows what a test must be able to make so that the product can refuse it. */
export const LENIENT: Config = {
  ...config,
  minRSABits: 1024,
  // Its salt has no length for the digests that nobody should use.
  nonDeterministicSignaturesViaNotation: false,
  rejectMessageHashAlgorithms: new Set(),
  rejectHashAlgorithms: new Set(),
};

export interface ThrowawayKeyOptions {
  readonly name?: string;
  readonly type?: 'ecc' | 'curve25519' | 'rsa';
  readonly rsaBits?: number;
  readonly created?: Date;
  readonly expiresInDays?: number;
  readonly subkeys?: SubkeyOptions[];
}

/** A key pair that exists for one test run and is never stored. Without `subkeys` the primary key alone. */
export async function throwawayKey(options: ThrowawayKeyOptions = {}): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    type: options.type ?? 'ecc',
    ...(options.rsaBits === undefined ? {} : { rsaBits: options.rsaBits }),
    userIDs: [{ name: options.name ?? 'Throwaway test key', email: 'throwaway@test.invalid' }],
    date: options.created ?? KEY_CREATED,
    keyExpirationTime: days(options.expiresInDays ?? 0),
    subkeys: options.subkeys ?? [],
    format: 'object',
    config: LENIENT,
  });
  return privateKey;
}

/** A key whose signatures are made by its one subkey. */
export async function keyWithSigningSubkey(options: ThrowawayKeyOptions = {}): Promise<PrivateKey> {
  return await throwawayKey({ ...options, subkeys: [{ sign: true }] });
}

export const days = (count: number): number => count * 24 * 60 * 60;

export function keyIdOf(key: { getKeyID(): { toHex(): string } } | undefined): string {
  if (key === undefined) throw new Error('The test key has no such subkey');
  return key.getKeyID().toHex().toUpperCase();
}

export function armorOf(key: PrivateKey | PublicKey): string {
  return key.toPublic().armor();
}

/** The key as a registry lists it beside a package. */
export function published(key: PrivateKey | PublicKey | string, claimedKeyId?: string): PublishedKey {
  return { asciiArmor: typeof key === 'string' ? key : armorOf(key), claimedKeyId, source: undefined };
}

/** A copy that shares nothing with `key`, for a test that changes it. */
export async function copyOf(key: PrivateKey | PublicKey): Promise<PublicKey> {
  return await readKey({ armoredKey: armorOf(key) });
}

/** The subkey at `index`; fails the test when the key has none there. */
export function subkeyOf(key: PrivateKey | PublicKey, index = 0) {
  const subkey = key.subkeys[index];
  if (subkey === undefined) throw new Error(`The test key has no subkey ${index}`);
  return subkey;
}

export async function revokedKey(
  key: PrivateKey,
  reason: enums.reasonForRevocation = enums.reasonForRevocation.keyCompromised,
  date = new Date('2025-06-01T00:00:00Z'),
): Promise<PrivateKey> {
  return await key.revoke({ flag: reason }, date);
}

/** `key` with its first subkey revoked. */
export async function withRevokedSubkey(
  key: PrivateKey,
  reason: enums.reasonForRevocation = enums.reasonForRevocation.keyCompromised,
): Promise<PublicKey> {
  const copy = await copyOf(key);
  const subkey = subkeyOf(key);
  const revoked = await subkey.revoke(
    key.keyPacket as Parameters<typeof subkey.revoke>[0],
    { flag: reason },
    new Date('2025-06-01T00:00:00Z'),
  );
  subkeyOf(copy).revocationSignatures.push(...revoked.revocationSignatures);
  return copy;
}
