import { enums, type SignaturePacket, type Subkey } from 'openpgp';
import type { ListedKey } from './armored-keys.ts';
import type { DetachedSignature } from './detached-signature.ts';
import type { Accepted } from './judge-signature.ts';
import { OPENPGP_POLICY } from './openpgp-policy.ts';
import { keyIdOf, type SigningKeyInfo } from './signing-key.ts';
import { printable, quote } from './untrusted-text.ts';

interface Remarkable {
  readonly chosen: Accepted;
  readonly signedBy: SigningKeyInfo;
  readonly signature: DetachedSignature;
  readonly problems: readonly string[];
  readonly listed: readonly ListedKey[];
  readonly now: Date;
}

/** What a person should know of an accepted signature, though none of it refuses the release. */
export async function signatureRemarks(about: Remarkable): Promise<readonly string[]> {
  const { chosen, signedBy, signature, problems, now } = about;
  const remarks = [
    ...expiryRemarks(`Signing key ${signedBy.keyId}`, signedBy.expiresAt, chosen.packet, now),
    ...(await subkeyRemarks(chosen, now)),
    ...claimRemarks(about),
    ...problems.map(
      (problem) => `Another key that the registry lists cannot be read: ${printable(problem)}.`,
    ),
  ];
  if (signature.armored) {
    remarks.push('The signature is armored; it is handed on in binary form, the only one Terraform reads.');
  }
  if (chosen.packet.signatureType === enums.signature.text) {
    remarks.push('The signature is of the text type, which leaves the line ends of SHA256SUMS open.');
  }
  return remarks;
}

async function subkeyRemarks({ key, signer, packet }: Accepted, now: Date): Promise<readonly string[]> {
  if (signer === key) return [];
  const expiry = await (signer as Subkey).getExpirationTime(now, OPENPGP_POLICY);
  const name = `Signing subkey ${keyIdOf(signer)}`;
  return expiryRemarks(name, expiry instanceof Date ? expiry : undefined, packet, now);
}

function expiryRemarks(
  name: string,
  expiresAt: Date | undefined,
  { created }: SignaturePacket,
  now: Date,
): readonly string[] {
  if (expiresAt === undefined || expiresAt > now) return [];
  const late = created !== null && created >= expiresAt;
  return [
    late
      ? `${name} expired on ${day(expiresAt)}, before this signature was made (${day(created)}); Terraform accepts it.`
      : `${name} expired on ${day(expiresAt)}, after this signature was made; Terraform accepts it.`,
  ];
}

/** The id a registry states beside a key proves nothing; a wrong one is worth a look. */
function claimRemarks({ chosen, signedBy, listed }: Remarkable): readonly string[] {
  const claimed = listed.find(({ key }) => key === chosen.key)?.claimedKeyId;
  const own = [signedBy.keyId, signedBy.fingerprint, ...signedBy.subkeyIds];
  if (claimed === undefined || own.includes(claimed.toUpperCase())) return [];
  return [`The registry lists the signing key ${signedBy.keyId} under another id, ${quote(claimed)}.`];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
