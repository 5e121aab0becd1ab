import { enums, readSignature, type Signature, SignaturePacket } from 'openpgp';
import { SyncError } from '../errors.ts';
import { OPENPGP_POLICY } from './openpgp-policy.ts';
import { printable } from './untrusted-text.ts';

export interface DetachedSignature {
  /** One or more; each over a document, binary or text, and each naming its issuer. */
  readonly packets: readonly SignaturePacket[];
  readonly armored: boolean;
  /** The signature in the binary form, the only one Terraform reads. */
  readonly binary: Uint8Array;
}

const NO_ISSUER = '0000000000000000';

/**
 * Reads a detached signature, binary or armored. Throws SignatureMalformed when it is anything else: cut short,
 * followed by other bytes, not a signature over a document, without an issuer, of an unknown version.
 */
export async function readDetachedSignature(bytes: Uint8Array, subject: string): Promise<DetachedSignature> {
  // Every OpenPGP packet begins with a byte whose highest bit is set; armor is ASCII (RFC 9580, 4.2).
  const armored = bytes.length > 0 && (bytes[0] ?? 0) < 0x80;
  const signature = await parse(bytes, armored, subject);
  const packets = signature.packets.filter((packet) => packet instanceof SignaturePacket);
  if (packets.length === 0) throw malformed(subject, 'it holds no signature of a version that can be read');
  for (const packet of packets) requireDocumentSignature(packet, subject);
  return { packets, armored, binary: armored ? (signature.write() as Uint8Array) : bytes };
}

async function parse(bytes: Uint8Array, armored: boolean, subject: string): Promise<Signature> {
  if (bytes.length === 0) throw malformed(subject, 'it is empty');
  try {
    return armored
      ? await readSignature({ armoredSignature: new TextDecoder().decode(bytes), config: OPENPGP_POLICY })
      : await readSignature({ binarySignature: bytes, config: OPENPGP_POLICY });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw malformed(subject, `it is no OpenPGP signature (${printable(reason)})`, cause);
  }
}

function requireDocumentSignature(packet: SignaturePacket, subject: string): void {
  const type = packet.signatureType;
  if (type !== enums.signature.binary && type !== enums.signature.text) {
    throw malformed(subject, `it is a signature of type ${type}, not one over a document`);
  }
  if (issuerOf(packet) === NO_ISSUER) throw malformed(subject, 'it does not name the key that made it');
}

/** The 64-bit id of the key or subkey that claims to have made the signature, upper-case hex. */
export function issuerOf(packet: SignaturePacket): string {
  return packet.issuerKeyID.toHex().toUpperCase();
}

function malformed(subject: string, what: string, cause?: unknown): SyncError {
  return new SyncError(
    'SignatureMalformed',
    `The signature over SHA256SUMS of ${subject} cannot be read: ${what}.`,
    { cause },
  );
}
