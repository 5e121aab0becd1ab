import type { PublicKey } from 'openpgp';
import { SyncError } from '../errors.ts';
import { type ListedKey, type PublishedKey, readListedKeys } from './armored-keys.ts';
import { type DetachedSignature, issuerOf, readDetachedSignature } from './detached-signature.ts';
import { type Accepted, findSigner, judgeSignature, type Refused, type Signer } from './judge-signature.ts';
import { signatureRemarks } from './signature-remarks.ts';
import { describeKey, expiryOf, fingerprintOf, keyIdOf, type SigningKeyInfo } from './signing-key.ts';
import { printable } from './untrusted-text.ts';
import type { IntegrityCheck } from './verdict.ts';

export interface SignatureInput {
  /** The exact bytes that were signed. */
  readonly shasums: Uint8Array;
  /** The detached signature, binary or armored. */
  readonly signature: Uint8Array;
  readonly keys: readonly PublishedKey[];
  /** 16 or 40 hex digits: a primary key, or the very subkey that must have signed. */
  readonly pinnedKeyId?: string | undefined;
  readonly now: Date;
  /** What is signed, for messages: "registry.terraform.io/hashicorp/aws 5.100.0". */
  readonly subject: string;
}

export interface VerifiedSignature {
  readonly signedBy: SigningKeyInfo;
  readonly checks: readonly IntegrityCheck[];
  readonly remarks: readonly string[];
  /** The signature in the binary form that Terraform reads; the input itself unless that was armored. */
  readonly binarySignature: Uint8Array;
}

/**
 * Verifies the detached signature over SHA256SUMS as Terraform does (`internal/getproviders`,
 * package_authentication.go): a key that is not the issuer is passed over, any other failure is final, and an
 * expired key is accepted, with a remark. Of several signatures in one file, each whose issuer is listed must
 * hold.
 *
 * Throws SignatureMalformed; SignatureInvalid (the bytes are not the signed ones, the signature itself expired or
 * uses a broken digest); SigningKeyRevoked; SigningKeyUnusable (too weak, may not sign, not bound to its primary
 * key); SigningKeyUnsupported (a curve this program cannot check); SigningKeyUnknown, or SigningKeyMalformed when a listed key could not be read; SigningKeyNotPinned.
 */
export async function verifyShasumsSignature(input: SignatureInput): Promise<VerifiedSignature> {
  const subject = printable(input.subject);
  const signature = await readDetachedSignature(input.signature, subject);
  const { keys, problems } = await readListedKeys(input.keys);
  const accepted = await acceptSignatures({ ...input, subject }, signature, keys);
  if (accepted.length === 0) throw noKeyFits(subject, signature, keys, problems);
  const chosen = choosePinned(accepted, input.pinnedKeyId, subject);
  const signedBy = await describeKey(armoredOf(chosen.key, keys));
  return {
    signedBy,
    checks: passedChecks(chosen, signedBy, input.pinnedKeyId, subject),
    remarks: await signatureRemarks({ chosen, signedBy, signature, problems, now: input.now, listed: keys }),
    binarySignature: signature.binary,
  };
}

function armoredOf(key: PublicKey, listed: readonly ListedKey[]): ListedKey {
  const found = listed.find((each) => each.key === key);
  if (found === undefined) throw new SyncError('InternalError', 'The signing key is none of the listed keys');
  return found;
}

async function acceptSignatures(
  { shasums, now, subject }: SignatureInput,
  { packets }: DetachedSignature,
  listed: readonly ListedKey[],
): Promise<readonly Accepted[]> {
  const keys = listed.map(({ key }) => key);
  const accepted: Accepted[] = [];
  for (const packet of packets) {
    const signers = keys.map((key) => findSigner(packet, key)).filter((found) => found !== undefined);
    const verdicts = await Promise.all(
      signers.map((signer) => judgeSignature({ packet, signer, keys, shasums, now, subject })),
    );
    if (verdicts.length > 0) accepted.push(await bestOf(verdicts));
  }
  return accepted;
}

/**
 * One verdict from those of several copies of the issuing key, such as an old and a renewed one: a revocation
 * in any of them is final, otherwise the copy that expires last speaks.
 */
async function bestOf(verdicts: readonly (Accepted | Refused)[]): Promise<Accepted> {
  const refused = verdicts.filter((verdict) => verdict.outcome === 'refused');
  const accepted = verdicts.filter((verdict) => verdict.outcome === 'accepted');
  const revoked = refused.find(({ error }) => error.code === 'SigningKeyRevoked');
  if (revoked !== undefined) throw revoked.error;
  const dated = await Promise.all(
    accepted.map(async (verdict) => ({ verdict, expiry: await expiryOf(verdict.key) })),
  );
  const [best] = dated.toSorted(
    (a, b) => (b.expiry?.getTime() ?? Infinity) - (a.expiry?.getTime() ?? Infinity) || 0,
  );
  if (best !== undefined) return best.verdict;
  throw refused[0]?.error ?? new SyncError('InternalError', 'No verdict to choose from');
}

/** As many keys as a message names: a registry may list any number. */
const MOST_NAMED = 3;

function noKeyFits(
  subject: string,
  { packets }: DetachedSignature,
  keys: readonly ListedKey[],
  problems: readonly string[],
): SyncError {
  const issuers = [...new Set(packets.map(issuerOf))].join(', ');
  const names = keys.map(({ key }) => keyIdOf(key));
  const others = names.length > 10 ? ` and ${names.length - 10} more` : '';
  const tried = names.length === 0 ? 'no key' : names.slice(0, 10).join(', ') + others;
  const what = `SHA256SUMS of ${subject} is signed by key ${issuers}, and the registry lists ${tried}`;
  if (problems.length === 0) return new SyncError('SigningKeyUnknown', `${what}.`);
  const more = problems.length > MOST_NAMED ? `; and ${problems.length - MOST_NAMED} more` : '';
  const unread = printable(problems.slice(0, MOST_NAMED).join('; ')) + more;
  return new SyncError('SigningKeyMalformed', `${what}; what else it lists cannot be read: ${unread}.`);
}

function choosePinned(
  accepted: readonly Accepted[],
  pinnedKeyId: string | undefined,
  subject: string,
): Accepted {
  const chosen = accepted.find((signer) => pinnedKeyId === undefined || isPinned(signer, pinnedKeyId));
  if (chosen !== undefined) return chosen;
  const actual = accepted.map(({ key }) => `${keyIdOf(key)} (fingerprint ${fingerprintOf(key)})`).join(', ');
  throw new SyncError(
    'SigningKeyNotPinned',
    `SHA256SUMS of ${subject} is signed by ${actual}, the config pins ${pinnedKeyId}. ` +
      'Ask the publisher which is right before changing "gpg-key-id".',
  );
}

/**
 * Whole ids and fingerprints only. A pinned subkey must be the one that signed: that a key merely lists it
 * proves nothing, anybody can list it.
 */
function isPinned({ key, signer }: Signer, pinnedKeyId: string): boolean {
  const names = [key, signer].flatMap((each) => [keyIdOf(each), fingerprintOf(each)]);
  return names.includes(pinnedKeyId.toUpperCase());
}

function passedChecks(
  { signer, packet }: Accepted,
  { keyId, userIds }: SigningKeyInfo,
  pinnedKeyId: string | undefined,
  subject: string,
): readonly IntegrityCheck[] {
  const subkey = keyIdOf(signer) === keyId ? '' : `, by its subkey ${keyIdOf(signer)}`;
  const made = packet.created === null ? '' : ` on ${packet.created.toISOString().slice(0, 10)}`;
  const signed: IntegrityCheck = {
    check: 'signature-over-shasums',
    subject,
    passed: true,
    detail: `signed by ${keyId} (${userIds[0] ?? 'no user id'})${subkey}${made}`,
  };
  if (pinnedKeyId === undefined) return [signed];
  const detail = `the signing key is the pinned one, or a subkey of it`;
  return [signed, { check: 'signed-by-pinned-key', subject: pinnedKeyId, passed: true, detail }];
}
