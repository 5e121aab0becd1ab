import type { FileHandle } from 'node:fs/promises';
import { interruptionOf } from '../../domain/transfer/interruption.ts';

/** Sockets bring some 16 to 64 KiB at a time: a call for each costs more than the writing. */
const BATCH_BYTES = 512 * 1024;

/**
 * Writes a body to a file that is open at its beginning, while more of it comes: one batch is written and the next
 * is gathered. `onChunk` sees every chunk. When `body`, the disk or the signal breaks it off, nothing is being written
 * any more by the time that this throws. `failing` makes an error of what the disk says.
 */
export async function writeBody(
  handle: FileHandle,
  body: AsyncIterable<Uint8Array>,
  options: {
    readonly signal: AbortSignal | undefined;
    readonly onChunk: (chunk: Uint8Array) => void;
    readonly failing: (error: unknown) => Error;
  },
): Promise<void> {
  const { signal, onChunk, failing } = options;
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  let writing: Promise<{ readonly error: unknown } | undefined> = Promise.resolve(undefined);
  const settle = async (): Promise<void> => {
    const failure = await writing;
    if (failure !== undefined) throw failing(failure.error);
  };
  const write = async (): Promise<void> => {
    await settle();
    const batch = gathered;
    gathered = [];
    bytes = 0;
    writing = writeAll(handle, batch).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  };
  try {
    for await (const chunk of body) {
      if (signal?.aborted) throw interruptionOf(signal.reason);
      onChunk(chunk);
      gathered.push(chunk);
      bytes += chunk.length;
      if (bytes >= BATCH_BYTES) await write();
    }
    await write();
  } finally {
    // The handle is closed next: whatever is still being written must be over.
    await writing;
  }
  await settle();
}

/** A disk that is nearly full takes a part of what it is given. */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let left = chunks;
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left);
    left = after(left, bytesWritten);
  }
}

function after(chunks: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let skip = written;
  for (const [index, chunk] of chunks.entries()) {
    if (skip < chunk.length) return [chunk.subarray(skip), ...chunks.slice(index + 1)];
    skip -= chunk.length;
  }
  return [];
}
