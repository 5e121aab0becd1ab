import { once } from 'node:events';
import { createInflateRaw } from 'node:zlib';

/** Unpacks one entry's content as its bytes come. */
export interface Inflater {
  /** How many of the bytes belong to the content, and whether it has ended. */
  take(bytes: Buffer): Promise<{ readonly taken: number; readonly ended: boolean }>;
  close(): void;
}

const OUTPUT_BYTES = 128 * 1024;

/**
 * Finds the end of a deflate stream by itself: zlib tells exactly how many bytes it used. `onData` may throw to give
 * up. Bytes beyond the end are left to the caller.
 */
export function createInflater(onData: (chunk: Uint8Array) => void): Inflater {
  const inflate = createInflateRaw({ chunkSize: OUTPUT_BYTES });
  let failure: unknown;
  inflate.on('data', (chunk: Buffer) => {
    if (failure !== undefined) return;
    try {
      onData(chunk);
    } catch (error) {
      failure = error;
      inflate.destroy();
    }
  });
  inflate.on('error', (error) => {
    failure ??= error;
  });
  const over = once(inflate, 'end').catch(() => undefined);
  let given = 0;
  return {
    take: async (bytes) => {
      const before = inflate.bytesWritten;
      given += bytes.length;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          inflate.off('close', done);
          resolve();
        };
        inflate.once('close', done);
        inflate.write(bytes, done);
      });
      if (failure !== undefined) throw failure;
      const ended = inflate.bytesWritten < given;
      if (ended) await over;
      if (failure !== undefined) throw failure;
      return { taken: inflate.bytesWritten - before, ended };
    },
    close: () => {
      inflate.destroy();
    },
  };
}
