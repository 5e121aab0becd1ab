import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { extract, type Header, pack } from 'tar-stream';
import { whyNoBundlePath } from '../../domain/bundle/bundle-path.ts';
import { MANIFEST, MANIFEST_SIGNATURE } from '../../domain/bundle/manifest.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { bundleInvalid } from './refusal.ts';

/** A plain file on its way into a tar. */
export interface TarInput {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

const CHUNK_BYTES = 1024 * 1024;
const BLOCK = 512;

/** Two empty blocks end a tar. */
const END_BYTES = 2 * BLOCK;

/** The same for every member, so that the same files give the same tar. */
const ATTRIBUTES = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), type: 'file' } as const;

/**
 * The bytes of a tar (POSIX ustar; long names as PAX headers) with the files in the given order. Holds a few chunks
 * at a time, whatever the size. A file that has other than `size` bytes makes it throw.
 */
export async function* tarOf(files: Iterable<TarInput>): AsyncGenerator<Uint8Array> {
  const packing = pack();
  const filling = fill(packing, files);
  // Told by the loop below, where it also ends.
  filling.catch((error: unknown) => packing.destroy(error as Error));
  for await (const chunk of packing as AsyncIterable<Uint8Array>) yield chunk;
  await filling;
}

async function fill(packing: ReturnType<typeof pack>, files: Iterable<TarInput>): Promise<void> {
  for (const file of files) {
    const { name, size } = file;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = packing.entry({ name, size, ...ATTRIBUTES }, (error) =>
      error ? reject(error) : resolve(),
    );
    // Also rejected while nobody waits for it yet.
    promise.catch(() => {});
    entry.on('error', () => {});
    let written = 0;
    for await (const chunk of file.open()) {
      written += chunk.byteLength;
      if (written > size) throw new Error(`${name} has more than ${size} bytes`);
      if (!entry.write(chunk)) await Promise.race([drained(entry), promise]);
    }
    if (written < size) throw new Error(`${name} has ${written} bytes instead of ${size}`);
    entry.end(null);
    await promise;
  }
  packing.finalize();
}

function drained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    stream.once('drain', () => resolve());
  });
}

/** One member of a tar as it comes by. The body must be read to its end, or the reading given up. */
export interface TarMember {
  readonly name: string;
  readonly size: number;
  /** Where its bytes begin in the tar. */
  readonly offset: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The members of a tar in their order, read as a stream. Throws BundleInvalid, also from a body, for what is no tar,
 * ends too early, has anything behind its end, or has a member that is no plain file or whose name leads elsewhere.
 */
export async function* readTar(path: string, location: string): AsyncGenerator<TarMember> {
  let end = 0;
  const damaged = async (error: unknown): Promise<Error> => {
    // What the operating system says of the file itself.
    if ((error as NodeJS.ErrnoException).code !== undefined) return error as Error;
    await requireEnd(path, location, end);
    return bundleInvalid(location, end === 0 ? 'it is no tar' : 'it is cut short or damaged', error);
  };
  const extracting = extract();
  // A stream has room made for so much at each reading, however little there is.
  const { size: wholeSize } = await stat(path);
  const file = createReadStream(path, { highWaterMark: Math.max(BLOCK, Math.min(CHUNK_BYTES, wholeSize)) });
  file.on('error', (error) => extracting.destroy(error));
  file.pipe(extracting);
  const entries = extracting[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await entries.next().catch(async (error: unknown) => {
        throw await damaged(error);
      });
      if (next.done === true) break;
      const header = next.value.header as ReadHeader;
      const { name, size, byteOffset } = header;
      requirePlainFile(header, location);
      end = byteOffset + Math.ceil(size / BLOCK) * BLOCK;
      yield {
        name,
        size,
        offset: byteOffset,
        body: translated(next.value as AsyncIterable<Uint8Array>, damaged),
      };
    }
  } finally {
    file.destroy();
    await entries.return?.(undefined);
  }
  if (end === 0) throw bundleInvalid(location, 'it is empty');
  await requireEnd(path, location, end);
}

/** The library gives the place of a member's bytes; its types do not. */
type ReadHeader = Header & { readonly byteOffset: number };

const KINDS: Readonly<Record<string, string>> = {
  symlink: 'a symbolic link',
  link: 'a hard link',
  directory: 'a folder',
  'character-device': 'a device',
  'block-device': 'a device',
  fifo: 'a pipe',
};

function requirePlainFile({ name, type }: ReadHeader, location: string): void {
  if (type !== 'file') {
    throw bundleInvalid(location, `its member ${quote(name)} is ${KINDS[type] ?? 'no plain file'}`);
  }
  if (name === MANIFEST || name === MANIFEST_SIGNATURE) return;
  const why = whyNoBundlePath(name);
  if (why !== undefined) throw bundleInvalid(location, `the name of its member ${quote(name)} ${why}`);
}

async function* translated(
  body: AsyncIterable<Uint8Array>,
  damaged: (error: unknown) => Promise<Error>,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch(async (error: unknown) => {
      throw await damaged(error);
    });
    if (next.done === true) return;
    yield next.value;
  }
}

/** A tar that was padded would still be read alike; but then it is not the one that was written. */
async function requireEnd(path: string, location: string, end: number): Promise<void> {
  await using file = await open(path);
  const { size } = await file.stat();
  if (size <= end + END_BYTES) {
    if (size === end + END_BYTES || end === 0) return;
    throw bundleInvalid(location, `it is cut short: ${end + END_BYTES - size} bytes are missing at its end`);
  }
  const { buffer, bytesRead } = await file.read(Buffer.alloc(END_BYTES), 0, END_BYTES, end);
  if (end > 0 && buffer.subarray(0, bytesRead).every((byte) => byte === 0)) {
    throw bundleInvalid(location, `${size - end - END_BYTES} bytes follow behind its end`);
  }
}
