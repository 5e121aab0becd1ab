import { createCipheriv } from 'node:crypto';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { PackageContents } from '../src/embedded/sample-registry/package-contents.ts';
import { contentsOf } from '../src/embedded/sample-registry/package-contents.ts';

const BLOCK_BYTES = 1024 * 1024;
const NAME = 'terraform-provider-bench_v1.0.0';
const METHOD_DEFLATE = 8;
const REGULAR_FILE = 0o100755 << 16;

/** A zip of about `megabytes` with one program in it that packs to three quarters; only a block of it is held. */
export function deflatedZip(megabytes: number, seed: string): PackageContents {
  const block = programBlock(seed);
  // With a sync flush at its end and nothing before it, the same packed block can stand any number of times.
  const packed = deflateRawSync(block, { level: 1, finishFlush: constants.Z_SYNC_FLUSH });
  const count = Math.max(1, Math.round((megabytes * BLOCK_BYTES) / packed.length));
  const end = Buffer.from([0x03, 0x00]);
  let crc = 0;
  for (let index = 0; index < count; index += 1) crc = crc32(block, crc);
  const sizes = { packed: packed.length * count + end.length, plain: block.length * count };
  const local = localHeader(crc, sizes);
  const central = centralDirectory(crc, sizes, local.length + sizes.packed);
  return joined([contentsOf(local), repeated(packed, count), contentsOf(Buffer.concat([end, central]))]);
}

interface EntrySizes {
  readonly packed: number;
  readonly plain: number;
}

/** Six bits of eight are random. */
const COMMON_BLOCK = ((): Buffer => {
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16));
  const block = cipher.update(Buffer.alloc(BLOCK_BYTES));
  for (let at = 0; at < block.length; at += 1) block[at] = (block[at] ?? 0) & 0x3f;
  return block;
})();

/** The common block with the seed at its beginning, so that every package has a digest of its own. */
function programBlock(seed: string): Uint8Array {
  const block = Buffer.from(COMMON_BLOCK);
  block.write(seed);
  return block;
}

function localHeader(crc: number, { packed, plain }: EntrySizes): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(METHOD_DEFLATE, 8);
  header.writeUInt16LE(0x21, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packed, 18);
  header.writeUInt32LE(plain, 22);
  header.writeUInt16LE(NAME.length, 26);
  return Buffer.concat([header, Buffer.from(NAME)]);
}

function centralDirectory(crc: number, { packed, plain }: EntrySizes, start: number): Buffer {
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE((3 << 8) | 20, 4);
  entry.writeUInt16LE(20, 6);
  entry.writeUInt16LE(METHOD_DEFLATE, 10);
  entry.writeUInt16LE(0x21, 14);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(packed, 20);
  entry.writeUInt32LE(plain, 24);
  entry.writeUInt16LE(NAME.length, 28);
  entry.writeUInt32LE(REGULAR_FILE >>> 0, 38);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + NAME.length, 12);
  end.writeUInt32LE(start, 16);
  return Buffer.concat([entry, Buffer.from(NAME), end]);
}

function repeated(bytes: Uint8Array, count: number): PackageContents {
  return {
    size: bytes.length * count,
    read: async function* (start, end) {
      for (let at = start; at < end; ) {
        const from = at % bytes.length;
        const piece = bytes.subarray(from, Math.min(bytes.length, from + (end - at)));
        at += piece.length;
        yield piece;
      }
    },
  };
}

function joined(parts: readonly PackageContents[]): PackageContents {
  return {
    size: parts.reduce((sum, { size }) => sum + size, 0),
    read: async function* (start, end) {
      let before = 0;
      for (const part of parts) {
        const from = Math.max(0, start - before);
        const to = Math.min(part.size, end - before);
        if (from < to) yield* part.read(from, to);
        before += part.size;
      }
    },
  };
}
