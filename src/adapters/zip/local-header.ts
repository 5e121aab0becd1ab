/** What is said of an entry's content: in its local header, or behind it in a data descriptor. */
export interface Descriptor {
  readonly crc32: number;
  readonly packedBytes: number;
  readonly bytes: number;
}

/** APPNOTE.TXT 4.3.7. */
export interface LocalHeader extends Descriptor {
  /** The header's own length, name and extra fields included. */
  readonly headerBytes: number;
  /** Raw bytes, one character a byte. */
  readonly name: string;
  readonly deflated: boolean;
  /** Checksum and sizes stand behind the content; the header's own are void. */
  readonly hasDescriptor: boolean;
}

const FIXED_BYTES = 30;
const DESCRIPTOR_SIGNATURE = 0x08074b50;
const ENCRYPTED = 0x0001;
const WITH_DESCRIPTOR = 0x0008;
const STORED = 0;
const DEFLATED = 8;
const ZIP64_EXTRA = 0x0001;
const IN_ZIP64 = 0xffffffff;

/**
 * Reads the local header at the start of `bytes`; undefined when it goes on beyond them. Throws for an entry whose
 * end cannot be found while it passes: encrypted, another method, stored without its size in the header.
 */
export function readLocalHeader(bytes: Buffer): LocalHeader | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  const nameBytes = bytes.readUInt16LE(26);
  const headerBytes = FIXED_BYTES + nameBytes + bytes.readUInt16LE(28);
  if (bytes.length < headerBytes) return undefined;
  const flags = bytes.readUInt16LE(6);
  const method = bytes.readUInt16LE(8);
  const hasDescriptor = (flags & WITH_DESCRIPTOR) !== 0;
  if ((flags & ENCRYPTED) !== 0) throw new Error('an entry is encrypted');
  if (method !== STORED && method !== DEFLATED) throw new Error(`an entry is packed by method ${method}`);
  if (method === STORED && hasDescriptor) throw new Error('a stored entry does not say where it ends');
  const name = bytes.toString('latin1', FIXED_BYTES, FIXED_BYTES + nameBytes);
  const extra = bytes.subarray(FIXED_BYTES + nameBytes, headerBytes);
  const sizes = hasDescriptor ? { packedBytes: 0, bytes: 0 } : sizesOf(bytes, extra);
  const deflated = method === DEFLATED;
  return { headerBytes, name, deflated, hasDescriptor, crc32: bytes.readUInt32LE(14), ...sizes };
}

function sizesOf(bytes: Buffer, extra: Buffer): { readonly packedBytes: number; readonly bytes: number } {
  const packed = bytes.readUInt32LE(18);
  const unpacked = bytes.readUInt32LE(22);
  if (packed !== IN_ZIP64 && unpacked !== IN_ZIP64) return { packedBytes: packed, bytes: unpacked };
  // 4.5.3: in a local header both sizes stand in the zip64 field, the unpacked one first.
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== ZIP64_EXTRA || extra.readUInt16LE(at + 2) < 16) continue;
    return {
      bytes: Number(extra.readBigUInt64LE(at + 4)),
      packedBytes: Number(extra.readBigUInt64LE(at + 12)),
    };
  }
  throw new Error('an entry does not say its size');
}

/**
 * The length of the data descriptor at the start of `bytes` (at least 24): with or without a signature, sizes of
 * four or eight bytes (4.3.9), which only what passed can tell. Throws when none of the four forms says that.
 */
export function readDescriptor(bytes: Buffer, passed: Descriptor): number {
  for (const signature of [4, 0]) {
    if (signature === 4 && bytes.readUInt32LE(0) !== DESCRIPTOR_SIGNATURE) continue;
    if (bytes.readUInt32LE(signature) !== passed.crc32) continue;
    const sizes = signature + 4;
    const wide =
      bytes.readBigUInt64LE(sizes) === BigInt(passed.packedBytes) &&
      bytes.readBigUInt64LE(sizes + 8) === BigInt(passed.bytes);
    if (wide) return sizes + 16;
    const narrow =
      bytes.readUInt32LE(sizes) === passed.packedBytes && bytes.readUInt32LE(sizes + 4) === passed.bytes;
    if (narrow) return sizes + 8;
  }
  throw new Error('an entry is not what its data descriptor says');
}
