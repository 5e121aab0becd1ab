import { enums, type PublicKey, type Subkey } from 'openpgp';
import { SyncError } from '../errors.ts';
import { type ArmoredKey, readArmoredKeys } from './armored-keys.ts';
import { algorithmOf, canCheck } from './key-algorithm.ts';
import { AT_ANY_TIME, OPENPGP_POLICY, WHICHEVER } from './openpgp-policy.ts';
import { printable } from './untrusted-text.ts';

/** HashiCorp's own signing key, which HCP Terraform and Terraform Enterprise (from v202309-1) have built in. */
export const HASHICORP_KEY_ID = '34365D9472D7468F';

/** A subkey that its primary key vouches for. Times are UTC. */
export interface SubkeyInfo {
  /** 16 upper-case hex digits. */
  readonly keyId: string;
  /** Upper-case hex. */
  readonly fingerprint: string;
  /** "RSA 4096", "Ed25519", … */
  readonly algorithm: string;
  /** Whether it may sign, and vouches for its primary key in return. */
  readonly signs: boolean;
  readonly createdAt: Date;
  /** Undefined when it never expires. */
  readonly expiresAt: Date | undefined;
  readonly revoked: boolean;
}

/** What a public key says of itself. Times are UTC. */
export interface SigningKeyInfo {
  /** The primary key's 64-bit id, 16 upper-case hex digits: what HCP Terraform calls `key-id`. */
  readonly keyId: string;
  /** The primary key's fingerprint, upper-case hex. */
  readonly fingerprint: string;
  /** The primary key's: "RSA 4096", "DSA 3072", "Ed25519", "ECDSA nistp256". */
  readonly algorithm: string;
  /** Whether the primary key's own signatures over a release count. */
  readonly signs: boolean;
  /** Upper-case 64-bit ids of its subkeys. */
  readonly subkeyIds: readonly string[];
  /** The same subkeys, in the key's order. */
  readonly subkeys: readonly SubkeyInfo[];
  /** As the key gives them, without characters that would steer a terminal. */
  readonly userIds: readonly string[];
  readonly createdAt: Date;
  /** Undefined when the primary key never expires. */
  readonly expiresAt: Date | undefined;
  readonly revoked: boolean;
  /** When its owner last signed what it says of itself, its expiry for one; undefined when no signature holds. */
  readonly selfSignedAt: Date | undefined;
  /** This key alone as one armored block with LF line ends, as it was published: what a private registry stores. */
  readonly asciiArmor: string;
}

/**
 * Reads every public key in an armored text: several blocks, several keys in a block, LF or CRLF. Throws
 * SigningKeyMalformed when any block cannot be read, holds a private key, or a key does not sign itself, and
 * SigningKeyUnsupported when a key is beyond this program.
 */
export async function readSigningKeys(asciiArmor: string): Promise<readonly SigningKeyInfo[]> {
  const { keys, problems } = await readArmoredKeys(asciiArmor);
  if (problems.length > 0) throw keyMalformed(problems.join('; '));
  return await Promise.all(keys.map(readSigningKey));
}

async function readSigningKey(armored: ArmoredKey): Promise<SigningKeyInfo> {
  const info = await describeKey(armored);
  if (!canCheck(armored.key)) {
    throw new SyncError(
      'SigningKeyUnsupported',
      `The signing key ${info.keyId} is ${info.algorithm}: this program cannot check signatures of that curve.`,
    );
  }
  if (!info.revoked && (await armored.key.getExpirationTime(undefined, OPENPGP_POLICY)) === null) {
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

export async function describeKey({ key, asciiArmor }: ArmoredKey): Promise<SigningKeyInfo> {
  const subkeys = await Promise.all(key.subkeys.map((subkey) => describeSubkey(key, subkey)));
  return {
    keyId: keyIdOf(key),
    fingerprint: fingerprintOf(key),
    algorithm: algorithmOf(key),
    signs: await maySign(key, key),
    subkeyIds: key.subkeys.map(keyIdOf),
    subkeys,
    userIds: key.getUserIDs().map(printable),
    createdAt: key.getCreationTime(),
    expiresAt: await expiryOf(key),
    revoked: await isRevoked(key),
    selfSignedAt: await selfSignatureTime(key),
    asciiArmor,
  };
}

async function describeSubkey(key: PublicKey, subkey: Subkey): Promise<SubkeyInfo> {
  const revoked = await isSubkeyRevoked(subkey);
  return {
    keyId: keyIdOf(subkey),
    fingerprint: fingerprintOf(subkey),
    algorithm: algorithmOf(subkey),
    signs: revoked ? saysItSigns(subkey) : await maySign(key, subkey),
    createdAt: subkey.getCreationTime(),
    expiresAt: dateOrUndefined(await subkey.getExpirationTime(AT_ANY_TIME, OPENPGP_POLICY).catch(() => null)),
    revoked,
  };
}

/** When `key` expires; undefined when never, or when no signature of it says. */
export async function expiryOf(key: PublicKey): Promise<Date | undefined> {
  return dateOrUndefined(await key.getExpirationTime(undefined, OPENPGP_POLICY));
}

/** openpgp.js gives null for a key without a valid signature over itself, and Infinity for one that never expires. */
function dateOrUndefined(expiry: Date | number | null): Date | undefined {
  return expiry instanceof Date ? expiry : undefined;
}

async function maySign(key: PublicKey, signer: PublicKey | Subkey): Promise<boolean> {
  try {
    const found = await key.getSigningKey(signer.getKeyID(), AT_ANY_TIME, undefined, OPENPGP_POLICY);
    return fingerprintOf(found) === fingerprintOf(signer);
  } catch {
    return false;
  }
}

/** openpgp.js finds no signing key in a revoked one; what it was made for still says what its revocation is about. */
function saysItSigns(subkey: Subkey): boolean {
  return subkey.bindingSignatures.some(
    ({ keyFlags }) => ((keyFlags?.[0] ?? 0) & enums.keyFlags.signData) !== 0,
  );
}

async function selfSignatureTime(key: PublicKey): Promise<Date | undefined> {
  try {
    const { selfCertification } = await key.getPrimaryUser(AT_ANY_TIME, undefined, OPENPGP_POLICY);
    return selfCertification.created ?? undefined;
  } catch {
    return undefined;
  }
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

/** Likewise for one subkey. */
export async function isSubkeyRevoked(subkey: Subkey): Promise<boolean> {
  return await subkey.isRevoked(WHICHEVER, WHICHEVER, AT_ANY_TIME, OPENPGP_POLICY);
}
