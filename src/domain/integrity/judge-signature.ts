import { createMessage, type enums, type PublicKey, type SignaturePacket, type Subkey } from 'openpgp';
import { type ErrorCode, SyncError } from '../errors.ts';
import { issuerOf } from './detached-signature.ts';
import { algorithmOf, canCheck } from './key-algorithm.ts';
import { AT_ANY_TIME, MIN_DSA_BITS, OPENPGP_POLICY } from './openpgp-policy.ts';
import { fingerprintOf, isRevoked, isSubkeyRevoked, keyIdOf } from './signing-key.ts';
import { printable } from './untrusted-text.ts';

export interface Signer {
  /** The primary key. */
  readonly key: PublicKey;
  /** The primary key itself, or the subkey that the signature names. */
  readonly signer: PublicKey | Subkey;
}

export type Accepted = Signer & { readonly outcome: 'accepted'; readonly packet: SignaturePacket };

export interface Refused {
  readonly outcome: 'refused';
  readonly error: SyncError;
}

/** The key or subkey of `key` that the signature names by its whole 64-bit id and, if it gives one, fingerprint. */
export function findSigner(packet: SignaturePacket, key: PublicKey): Signer | undefined {
  const fingerprint = packet.issuerFingerprint === null ? undefined : hex(packet.issuerFingerprint);
  const signer = [key, ...key.subkeys].find(
    (each) =>
      keyIdOf(each) === issuerOf(packet) &&
      (fingerprint === undefined || fingerprintOf(each) === fingerprint),
  );
  return signer && { key, signer };
}

interface Judgement {
  readonly packet: SignaturePacket;
  readonly signer: Signer;
  /** All listed keys: another copy of the same key may carry its revocation. */
  readonly keys: readonly PublicKey[];
  readonly shasums: Uint8Array;
  readonly now: Date;
  readonly subject: string;
}

/**
 * Judges one signature by one key. The steps of `openpgp.verify` are taken one by one, because as a whole it
 * refuses what Terraform accepts (a key renewed after signing, a key that expired before) and accepts what
 * Terraform refuses (a key revoked after signing as superseded).
 */
export async function judgeSignature(judgement: Judgement): Promise<Accepted | Refused> {
  const { packet, signer } = judgement;
  const error =
    whyBeyondUs(judgement) ??
    (await whyInvalid(judgement)) ??
    (await whyRevoked(judgement)) ??
    (await whyUnusable(judgement));
  return error === undefined ? { outcome: 'accepted', packet, ...signer } : { outcome: 'refused', error };
}

/** Signatures of a key's owner over the key are by the primary key, so both must be of a kind that can be checked. */
function whyBeyondUs({ signer: { key, signer }, subject }: Judgement): SyncError | undefined {
  const beyond = [signer, key].find((each) => !canCheck(each));
  if (beyond === undefined) return undefined;
  return new SyncError(
    'SigningKeyUnsupported',
    `SHA256SUMS of ${subject} is signed by key ${keyIdOf(signer)}, and ${keyIdOf(beyond)} is ${algorithmOf(beyond)}: ` +
      'this program cannot check signatures of that curve. This says nothing about the release; nothing was uploaded.',
  );
}

async function whyInvalid({
  packet,
  signer: { signer },
  shasums,
  now,
  subject,
}: Judgement): Promise<SyncError | undefined> {
  const [document] = (await createMessage({ binary: shasums })).packets;
  try {
    await packet.verify(
      signer.keyPacket,
      packet.signatureType as enums.signature,
      document ?? shasums,
      now,
      true,
      OPENPGP_POLICY,
    );
    return undefined;
  } catch (cause) {
    return refusal(
      'SignatureInvalid',
      `SHA256SUMS of ${subject} has a signature by key ${keyIdOf(signer)} that does not hold`,
      cause,
    );
  }
}

async function whyRevoked({
  signer: { key, signer },
  keys,
  subject,
}: Judgement): Promise<SyncError | undefined> {
  const copies = keys.filter((each) => fingerprintOf(each) === fingerprintOf(key));
  const subkeys = copies
    .flatMap((copy) => copy.subkeys)
    .filter((subkey) => fingerprintOf(subkey) === fingerprintOf(signer));
  const revocations = await Promise.all([...copies.map(isRevoked), ...subkeys.map(isSubkeyRevoked)]);
  if (!revocations.includes(true)) return undefined;
  return new SyncError(
    'SigningKeyRevoked',
    `SHA256SUMS of ${subject} is signed by key ${keyIdOf(signer)}, which its owner has revoked.`,
  );
}

async function whyUnusable({ signer: { key, signer }, subject }: Judgement): Promise<SyncError | undefined> {
  const what = `SHA256SUMS of ${subject} is signed by key ${keyIdOf(signer)}, which may not sign`;
  try {
    const usable = await key.getSigningKey(signer.getKeyID(), AT_ANY_TIME, undefined, OPENPGP_POLICY);
    if (fingerprintOf(usable) !== fingerprintOf(signer)) throw new Error('another subkey has the same id');
    for (const each of [key, signer]) requireStrongDsa(each);
    return undefined;
  } catch (cause) {
    return refusal('SigningKeyUnusable', what, cause);
  }
}

/** openpgp.js bounds RSA only. */
function requireStrongDsa(key: PublicKey | Subkey): void {
  const { algorithm, bits = 0 } = key.getAlgorithmInfo();
  if (algorithm === 'dsa' && bits < MIN_DSA_BITS) throw new Error(`a DSA key of ${bits} bits is too weak`);
}

function refusal(code: ErrorCode, what: string, cause: unknown): SyncError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SyncError(code, `${what}: ${printable(reason)}.`, { cause });
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}
