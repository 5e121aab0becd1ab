import type { PublicKey } from 'openpgp';
import { SyncError } from '../errors.ts';
import { readArmoredKeys } from './armored-keys.ts';
import { AT_ANY_TIME, OPENPGP_POLICY, WHICHEVER } from './openpgp-policy.ts';
import { printable } from './untrusted-text.ts';

/** HashiCorp's own signing key, which HCP Terraform and Terraform Enterprise (from v202309-1) have built in. */
export const HASHICORP_KEY_ID = '34365D9472D7468F';

/** What a public key says of itself. Times are UTC. */
export interface SigningKeyInfo {
  /** The primary key's 64-bit id, 16 upper-case hex digits: what HCP Terraform calls `key-id`. */
  readonly keyId: string;
  /** The primary key's fingerprint, upper-case hex. */
  readonly fingerprint: string;
  /** Upper-case 64-bit ids of its subkeys. */
  readonly subkeyIds: readonly string[];
  /** As the key gives them, without characters that would steer a terminal. */
  readonly userIds: readonly string[];
  readonly createdAt: Date;
  /** Undefined when the primary key never expires. */
  readonly expiresAt: Date | undefined;
  readonly revoked: boolean;
  /** This key alone as one armored block with LF line ends: what a private registry stores. */
  readonly asciiArmor: string;
}

/**
 * Reads every public key in an armored text: several blocks, several keys in a block, LF or CRLF. Throws
 * SigningKeyMalformed when any block cannot be read, holds a private key, or a key does not sign itself.
 */
export async function readSigningKeys(asciiArmor: string): Promise<readonly SigningKeyInfo[]> {
  const { keys, problems } = await readArmoredKeys(asciiArmor);
  if (problems.length > 0) throw keyMalformed(problems.join('; '));
  return await Promise.all(keys.map(readSigningKey));
}

async function readSigningKey(key: PublicKey): Promise<SigningKeyInfo> {
  const info = await describeKey(key);
  if (!info.revoked && (await primaryKeyExpiry(key)) === null) {
    throw keyMalformed(`key ${info.keyId} has no valid signature of its own over its user ids`);
  }
  return info;
}

function keyMalformed(what: string): SyncError {
  return new SyncError(
    'SigningKeyMalformed',
    `The signing key cannot be read: ${printable(what)}. Give the public key as gpg --armor --export writes it.`,
  );
}

export async function describeKey(key: PublicKey): Promise<SigningKeyInfo> {
  const expiry = await primaryKeyExpiry(key);
  return {
    keyId: keyIdOf(key),
    fingerprint: fingerprintOf(key),
    subkeyIds: key.subkeys.map(keyIdOf),
    userIds: key.getUserIDs().map(printable),
    createdAt: key.getCreationTime(),
    expiresAt: expiry instanceof Date ? expiry : undefined,
    revoked: await isRevoked(key),
    asciiArmor: key.armor(OPENPGP_POLICY),
  };
}

/** A key or subkey as openpgp.js names it. */
interface Identified {
  getKeyID(): { toHex(): string };
  getFingerprint(): string;
}

export function keyIdOf(key: Identified): string {
  return key.getKeyID().toHex().toUpperCase();
}

export function fingerprintOf(key: Identified): string {
  return key.getFingerprint().toUpperCase();
}

/** Whether the key, or every user id of it, was revoked by itself at any time and for any reason. */
export async function isRevoked(key: PublicKey): Promise<boolean> {
  if (await key.isRevoked(WHICHEVER, WHICHEVER, AT_ANY_TIME, OPENPGP_POLICY)) return true;
  const users = key.users.filter((user) => user.userID !== null);
  const revoked = await Promise.all(
    users.map((user) => user.isRevoked(WHICHEVER, WHICHEVER, AT_ANY_TIME, OPENPGP_POLICY)),
  );
  return users.length > 0 && revoked.every(Boolean);
}

/** null when the key has no valid signature over itself, Infinity when it never expires. */
async function primaryKeyExpiry(key: PublicKey): Promise<Date | number | null> {
  return await key.getExpirationTime(undefined, OPENPGP_POLICY);
}
