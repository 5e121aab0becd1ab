import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type BundleFile, MANIFEST, MANIFEST_SIGNATURE } from '../../domain/bundle/manifest.ts';
import { tarOf } from './tar.ts';

const CHUNK_BYTES = 1024 * 1024;

/** A draft that has everything in place but its manifest. */
export interface FinishedDraft {
  /** The draft's folder. */
  readonly folder: string;
  readonly manifestBytes: Uint8Array;
  readonly signature: Uint8Array | undefined;
  /** What the manifest lists, in its order. */
  readonly files: readonly BundleFile[];
}

export interface Writing {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
}

/**
 * Makes the draft the bundle: the folder itself gets the target's name, with everything synced to the disk before.
 * Whatever else lies in it goes: temporary files, and what another run may be writing there at this moment.
 */
export async function publishFolder(draft: FinishedDraft, target: string): Promise<void> {
  const { folder, manifestBytes, signature, files } = draft;
  // Under a name that no other run knows, nothing is added any more.
  const own = join(dirname(target), `.${basename(target)}.${randomUUID()}.sealing`);
  await rename(folder, own);
  await removeOthers(own, new Set(files.map(({ path }) => path)));
  await writeSynced(join(own, MANIFEST), manifestBytes);
  if (signature !== undefined) await writeSynced(join(own, MANIFEST_SIGNATURE), signature);
  await syncFolder(own);
  await rename(own, target);
  await syncFolder(dirname(target));
}

/** Writes the draft into a tar beside the target and gives it the target's name when it is whole; then removes it. */
export async function publishTar(draft: FinishedDraft, target: string, writing: Writing): Promise<void> {
  const unfinished = join(dirname(target), `.${basename(target)}.${randomUUID()}.partial`);
  const { signal } = writing;
  try {
    const source = Readable.from(counted(tarOf(membersOf(draft)), draft, writing), { objectMode: false });
    const options = signal === undefined ? {} : { signal };
    await pipeline(source, createWriteStream(unfinished, { flags: 'wx', flush: true }), options);
    // Unlike a rename, this never replaces what has come there meanwhile.
    await link(unfinished, target);
    await syncFolder(dirname(target));
  } finally {
    await rm(unfinished, { force: true });
  }
  await rm(draft.folder, { recursive: true, force: true });
}

function* membersOf({ folder, manifestBytes, signature, files }: FinishedDraft) {
  const inMemory = (name: string, bytes: Uint8Array) => ({
    name,
    size: bytes.length,
    open: async function* () {
      yield bytes;
    },
  });
  yield inMemory(MANIFEST, manifestBytes);
  if (signature !== undefined) yield inMemory(MANIFEST_SIGNATURE, signature);
  for (const { path, size } of files) {
    // A stream has room made for so much at each reading, however little there is.
    const highWaterMark = Math.max(1, Math.min(CHUNK_BYTES, size));
    const open = () => createReadStream(join(folder, path), { highWaterMark });
    yield { name: path, size, open };
  }
}

async function* counted(
  tar: AsyncIterable<Uint8Array>,
  { files }: FinishedDraft,
  { onProgress }: Writing,
): AsyncGenerator<Uint8Array> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  for await (const chunk of tar) {
    yield chunk;
    bytes += chunk.length;
    onProgress?.(Math.min(bytes, total), total);
  }
}

async function removeOthers(folder: string, wanted: ReadonlySet<string>, under = ''): Promise<void> {
  for (const entry of await readdir(join(folder, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) await removeOthers(folder, wanted, path);
    else if (!wanted.has(path)) await rm(join(folder, path), { force: true });
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes, { flush: true });
}

/** So that a rename outlives a power cut. Not every system lets a folder be opened. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
