import { Readable } from 'node:stream';
import { callbackify } from 'node:util';
import yauzl from 'yauzl';

/** A zip that can be read at any place. */
export interface ZipBytes {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `start` to before `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Small reads, such as those of headers, are answered from windows of this size: each may be a request. */
const WINDOW_BYTES = 256 * 1024;
const END_RECORD_BYTES = 22;
const END_RECORD = 0x06054b50;
const MAX_COMMENT_BYTES = 0xffff;

/** Opens a zip as yauzl reads it, names and comments as raw bytes. Rejects when its end records do not hold. */
export async function openZip(zip: ZipBytes): Promise<yauzl.ZipFile> {
  const framed = await withoutSurroundings(zip);
  return await yauzl.fromRandomAccessReaderPromise(readerOf(framed), framed.size, {
    lazyEntries: true,
    autoClose: false,
    decodeStrings: false,
  });
}

/**
 * The zip without bytes in front of it and behind it, which clients read past (Go's archive/zip) and yauzl refuses.
 * A zip with zip64 end records is taken as it is.
 */
async function withoutSurroundings(zip: ZipBytes): Promise<ZipBytes> {
  const tailStart = Math.max(0, zip.size - END_RECORD_BYTES - MAX_COMMENT_BYTES);
  const tail = await readAll(zip, tailStart, zip.size);
  for (let at = tail.length - END_RECORD_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END_RECORD) continue;
    const end = at + END_RECORD_BYTES + tail.readUInt16LE(at + 20);
    if (end > tail.length) continue;
    const [directorySize, directoryOffset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    const base = directoryOffset === 0xffffffff ? 0 : tailStart + at - directorySize - directoryOffset;
    const start = Math.max(0, base);
    const isFirstEntry = start === 0 || (await startsEntry(zip, start));
    const from = isFirstEntry ? start : 0;
    return {
      size: tailStart + end - from,
      read: (first, last) => zip.read(first + from, last + from),
    };
  }
  return zip;
}

async function startsEntry(zip: ZipBytes, at: number): Promise<boolean> {
  const signature = await readAll(zip, at, Math.min(at + 4, zip.size));
  return signature.length === 4 && [0x04034b50, END_RECORD].includes(signature.readUInt32LE(0));
}

function readerOf(zip: ZipBytes): yauzl.RandomAccessReader {
  // Declared abstract for those who derive from it; here one object gets the two methods.
  const reader = new (yauzl.RandomAccessReader as unknown as new () => yauzl.RandomAccessReader)();
  let window: { start: number; bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };
  reader._readStreamForRange = (start, end) => Readable.from(zip.read(start, end), { objectMode: false });
  reader.read = (buffer, offset, length, position, callback) => {
    const deliver = async (): Promise<void> => {
      const inside = position >= window.start && position + length <= window.start + window.bytes.length;
      if (!inside) {
        const end = Math.min(zip.size, position + Math.max(length, WINDOW_BYTES));
        window = { start: position, bytes: await readAll(zip, position, end) };
      }
      if (
        window.bytes.copy(buffer, offset, position - window.start, position - window.start + length) < length
      ) {
        throw new Error('the zip ends too early');
      }
    };
    callbackify(deliver)(callback);
  };
  return reader;
}

async function readAll(zip: ZipBytes, start: number, end: number): Promise<Buffer> {
  if (start < 0 || start >= end) return Buffer.alloc(0);
  return Buffer.concat(await Array.fromAsync(zip.read(start, end)));
}
