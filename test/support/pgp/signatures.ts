import {
  createMessage,
  enums,
  PacketList,
  type PrivateKey,
  type PublicKey,
  readSignature,
  SignaturePacket,
  Subkey,
  sign,
} from 'openpgp';
import { copyOf, LENIENT, subkeyOf } from './throwaway-keys.ts';

/** When throwaway signatures are made, unless a test says otherwise. */
const SIGNED = new Date('2025-01-01T00:00:00Z');

/** A binary detached signature by the key's newest signing subkey, or else its primary key. */
export async function signDetached(key: PrivateKey, bytes: Uint8Array, date = SIGNED): Promise<Uint8Array> {
  const message = await createMessage({ binary: bytes });
  return await sign({ message, signingKeys: key, detached: true, date, format: 'binary', config: LENIENT });
}

export async function armored(signature: Uint8Array): Promise<Uint8Array> {
  return new TextEncoder().encode((await readSignature({ binarySignature: signature })).armor());
}

type AnyKeyPacket = PrivateKey['keyPacket'] | Subkey['keyPacket'];

interface PacketOptions {
  readonly type?: enums.signature;
  readonly hash?: enums.hash;
  readonly date?: Date;
  readonly keyFlags?: number;
  readonly expiresInSeconds?: number;
}

/** A signature packet of any kind by any key packet, right or wrong; `data` as openpgp.js wants it for `type`. */
async function signPacket(
  keyPacket: AnyKeyPacket,
  data: object,
  options: PacketOptions = {},
): Promise<SignaturePacket> {
  const packet = new SignaturePacket();
  packet.signatureType = options.type ?? enums.signature.binary;
  packet.publicKeyAlgorithm = keyPacket.algorithm;
  packet.hashAlgorithm = options.hash ?? enums.hash.sha256;
  if (options.keyFlags !== undefined) packet.keyFlags = [options.keyFlags] as unknown as Uint8Array;
  if (options.expiresInSeconds !== undefined) {
    packet.signatureExpirationTime = options.expiresInSeconds;
    packet.signatureNeverExpires = false;
  }
  const signWith = packet.sign.bind(packet) as (...args: unknown[]) => Promise<void>;
  await signWith(keyPacket, data, options.date ?? SIGNED, true, LENIENT);
  return packet;
}

/** The bytes of a detached signature made by exactly this key packet, whatever it may or may not do. */
export async function signDetachedWith(
  keyPacket: AnyKeyPacket,
  bytes: Uint8Array,
  options: PacketOptions = {},
): Promise<Uint8Array> {
  const [document] = (await createMessage({ binary: bytes })).packets;
  if (document === undefined) throw new Error('The message has no packet');
  const packets = new PacketList<SignaturePacket>();
  packets.push(await signPacket(keyPacket, document, options));
  return packets.write();
}

/**
 * What somebody who owns only `thief` can publish: a key that lists the victim's signing subkey as its own. The
 * subkey's signature in return is missing, for only the victim could make it.
 */
export async function keyWithStolenSubkey(thief: PrivateKey, victim: PrivateKey): Promise<PublicKey> {
  const copy = await copyOf(thief);
  const stolen = new Subkey(subkeyOf(await copyOf(victim)).keyPacket, copy);
  stolen.bindingSignatures.push(
    await signPacket(
      thief.keyPacket,
      { key: thief.keyPacket, bind: stolen.keyPacket },
      { type: enums.signature.subkeyBinding, keyFlags: enums.keyFlags.signData },
    ),
  );
  copy.subkeys.push(stolen);
  return copy;
}
