import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { PackedFile } from '../../domain/integrity/package-hashes.ts';
import { createInflater, type Inflater } from './inflater.ts';
import { type Descriptor, readDescriptor, readLocalHeader } from './local-header.ts';
import { openZip, type ZipBytes } from './random-access.ts';
import { describeEntry, tooMuch, ZIP_LIMITS, type ZipLimits } from './stored-entries.ts';

/** Reads a zip as its bytes pass. */
export interface PassingEntries {
  /** The next bytes. Resolves when they are dealt with; never rejects. */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * After the last byte: every entry, in the order of the central directory; or undefined when that could not be
   * known without reading the zip once more.
   */
  end(): Promise<readonly PackedFile[] | undefined>;
}

interface PassedEntry extends Descriptor {
  readonly name: string;
  readonly sha256: Sha256;
}

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_HEADER = 0x02014b50;
const MAX_TAIL_BYTES = 8 * 1024 * 1024;
const DESCRIPTOR_BYTES = 24;

/**
 * What local headers say is provisional: the central directory alone counts. So what passed is given out only when
 * the directory, once it is there, names exactly the entries that passed, at the same places, with the same names,
 * sizes and checksums. Memory: a header, the directory (8 MiB at most) and the inflater's window.
 */
export function createPassingEntries(limits: ZipLimits = ZIP_LIMITS): PassingEntries {
  const passed = new Map<number, PassedEntry>();
  const tail: Buffer[] = [];
  let tailBytes = 0;
  let position = 0;
  let unpacked = 0;
  let pending = Buffer.alloc(0);
  let failed = false;
  let current: CurrentEntry | undefined;
  let inTail = false;

  const count = (bytes: number): void => {
    unpacked += bytes;
    if (unpacked > limits.unpackedBytes) throw tooMuch(`more than ${limits.unpackedBytes} bytes unpacked`);
  };

  const keepTail = (bytes: Buffer): void => {
    tailBytes += bytes.length;
    if (tailBytes > MAX_TAIL_BYTES) throw tooMuch('too long a directory');
    tail.push(Buffer.from(bytes));
    position += bytes.length;
  };

  /** Takes what it can of `bytes` and returns the rest, or undefined when it needs more before it can go on. */
  const step = async (bytes: Buffer): Promise<Buffer | undefined> => {
    if (inTail) {
      keepTail(bytes);
      return undefined;
    }
    if (current !== undefined) {
      const { taken, done } = await current.take(bytes);
      position += taken;
      if (done !== undefined) {
        if (passed.size >= limits.entries) throw tooMuch(`more than ${limits.entries} entries`);
        passed.set(current.offset, done);
        current = undefined;
      }
      return taken === 0 && done === undefined ? undefined : bytes.subarray(taken);
    }
    if (bytes.length < 4) return undefined;
    const signature = bytes.readUInt32LE(0);
    if (signature === DIRECTORY_HEADER) {
      inTail = true;
      return bytes;
    }
    if (signature !== LOCAL_HEADER) throw new Error('no entry begins here');
    const header = readLocalHeader(bytes);
    if (header === undefined) return undefined;
    current = createCurrentEntry(position, header, count);
    position += header.headerBytes;
    return bytes.subarray(header.headerBytes);
  };

  return {
    write: async (chunk) => {
      if (failed) return;
      try {
        let bytes: Buffer | undefined = joined(pending, chunk);
        pending = Buffer.alloc(0);
        while (bytes !== undefined && bytes.length > 0) {
          const rest: Buffer | undefined = await step(bytes);
          if (rest === undefined && !inTail) pending = Buffer.from(bytes);
          bytes = rest;
        }
      } catch {
        failed = true;
        current?.close();
        tail.length = 0;
        pending = Buffer.alloc(0);
      }
    },
    end: async () => {
      current?.close();
      if (failed || !inTail) return undefined;
      const directory = Buffer.concat(tail);
      const start = position - directory.length;
      const zip: ZipBytes = {
        size: position,
        read: async function* (from, to) {
          // Whoever looks in front of the directory meets nothing.
          if (from < start) yield Buffer.alloc(Math.min(to, start) - from);
          yield directory.subarray(Math.max(0, from - start), Math.max(0, to - start));
        },
      };
      return await confirm(zip, passed).catch(() => undefined);
    },
  };
}

function joined(pending: Buffer, chunk: Uint8Array): Buffer {
  if (pending.length > 0) return Buffer.concat([pending, chunk]);
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

async function confirm(
  zip: ZipBytes,
  passed: ReadonlyMap<number, PassedEntry>,
): Promise<readonly PackedFile[] | undefined> {
  const file = await openZip(zip);
  try {
    if (file.entryCount !== passed.size) return undefined;
    const files: PackedFile[] = [];
    const seen = new Set<number>();
    for await (const entry of file.eachEntry()) {
      const { name, directory } = describeEntry(entry);
      const offset = entry.relativeOffsetOfLocalHeader;
      const local = passed.get(offset);
      const same =
        local !== undefined &&
        !seen.has(offset) &&
        local.name === name &&
        local.crc32 === entry.crc32 &&
        local.packedBytes === entry.compressedSize &&
        local.bytes === entry.uncompressedSize;
      if (!same) return undefined;
      seen.add(offset);
      files.push({ name, directory, sha256: local.sha256 });
    }
    return files;
  } finally {
    file.close();
  }
}

interface CurrentEntry {
  /** Where its local header begins. */
  readonly offset: number;
  /** How many of the bytes belong to it, and the entry once it is whole. Takes none when it needs more at once. */
  take(bytes: Buffer): Promise<{ readonly taken: number; readonly done?: PassedEntry | undefined }>;
  close(): void;
}

function createCurrentEntry(
  offset: number,
  header: NonNullable<ReturnType<typeof readLocalHeader>>,
  count: (bytes: number) => void,
): CurrentEntry {
  const hash = createHash('sha256');
  let crc = 0;
  let bytes = 0;
  const take = (chunk: Uint8Array): void => {
    count(chunk.length);
    hash.update(chunk);
    crc = crc32(chunk, crc);
    bytes += chunk.length;
  };
  const content: Inflater = header.deflated ? createInflater(take) : storedContent(header.packedBytes, take);
  let packedBytes = 0;
  let contentDone = !header.deflated && header.packedBytes === 0;

  const finish = (said: Descriptor): PassedEntry => {
    const fits = said.crc32 === crc && said.packedBytes === packedBytes && said.bytes === bytes;
    if (!fits) throw new Error('an entry is not what its header says');
    return { ...said, name: header.name, sha256: hash.digest('hex') as Sha256 };
  };

  return {
    offset,
    close: () => content.close(),
    take: async (chunk) => {
      if (!contentDone) {
        const { taken, ended } = await content.take(chunk);
        packedBytes += taken;
        contentDone = ended;
        if (!ended || header.hasDescriptor) return { taken };
        return { taken, done: finish(header) };
      }
      if (!header.hasDescriptor) return { taken: 0, done: finish(header) };
      // The directory follows, so that there are always this many bytes.
      if (chunk.length < DESCRIPTOR_BYTES) return { taken: 0 };
      const descriptor = readDescriptor(chunk, { crc32: crc, packedBytes, bytes });
      return { taken: descriptor, done: finish({ crc32: crc, packedBytes, bytes }) };
    },
  };
}

function storedContent(size: number, take: (chunk: Uint8Array) => void): Inflater {
  let left = size;
  return {
    take: async (bytes) => {
      const part = bytes.subarray(0, left);
      take(part);
      left -= part.length;
      return { taken: part.length, ended: left === 0 };
    },
    close: () => {},
  };
}
