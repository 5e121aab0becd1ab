import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type yauzl from 'yauzl';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { PackedFile } from '../../domain/integrity/package-hashes.ts';
import { openZip, type ZipBytes } from './random-access.ts';

/** What a zip may cost at most: a few kilobytes can claim to hold petabytes. */
export interface ZipLimits {
  readonly entries: number;
  /** Of all entries together, in bytes. */
  readonly unpackedBytes: number;
}

export const ZIP_LIMITS: ZipLimits = { entries: 10_000, unpackedBytes: 8 * 1024 ** 3 };

const EMPTY = createHash('sha256').digest('hex') as Sha256;

/**
 * Every entry of the central directory, in its order, unpacked and hashed; nothing is kept. Rejects with an Error
 * that says why when clients would refuse the zip (a CRC or a size that does not fit, a method other than stored
 * and deflated, encryption) or when it is beyond the limits.
 */
export async function readStoredEntries(
  zip: ZipBytes,
  limits: ZipLimits = ZIP_LIMITS,
): Promise<readonly PackedFile[]> {
  const file = await openZip(zip);
  try {
    if (file.entryCount > limits.entries) throw tooMuch(`${file.entryCount} entries`);
    const files: PackedFile[] = [];
    let left = limits.unpackedBytes;
    for await (const entry of file.eachEntry()) {
      left -= entry.uncompressedSize;
      if (left < 0) throw tooMuch(`more than ${limits.unpackedBytes} bytes unpacked`);
      const { name, directory } = describeEntry(entry);
      const sha256 = name.endsWith('/') ? EMPTY : await hashEntry(file, entry);
      files.push({ name, directory, sha256 });
    }
    return files;
  } finally {
    file.close();
  }
}

/** An entry's raw name, and whether extracting it makes a folder (as Go's archive/zip has it). */
export function describeEntry(entry: yauzl.Entry): { readonly name: string; readonly directory: boolean } {
  const name = entry.fileNameRaw.toString('latin1');
  const creator = entry.versionMadeBy >> 8;
  const attributes = entry.externalFileAttributes;
  const unixFolder = [3, 19].includes(creator) && ((attributes >>> 16) & 0xf000) === 0x4000;
  const dosFolder = [0, 11, 14].includes(creator) && (attributes & 0x10) !== 0;
  return { name, directory: name.endsWith('/') || unixFolder || dosFolder };
}

async function hashEntry(file: yauzl.ZipFile, entry: yauzl.Entry): Promise<Sha256> {
  if (!entry.canDecodeFileData()) throw new Error('an entry is encrypted or packed by an unusual method');
  const hash = createHash('sha256');
  let crc = 0;
  for await (const chunk of await file.openReadStreamPromise(entry)) {
    hash.update(chunk as Buffer);
    crc = crc32(chunk as Buffer, crc);
  }
  if (crc !== entry.crc32) throw new Error('an entry has another checksum than the zip says');
  return hash.digest('hex') as Sha256;
}

export function tooMuch(what: string): Error {
  return new Error(`the zip has ${what}`);
}
