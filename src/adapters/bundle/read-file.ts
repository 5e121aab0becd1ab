import { constants, createReadStream } from 'node:fs';
import { bundleInvalid } from './refusal.ts';

const CHUNK_BYTES = 1024 * 1024;

/** The bytes from `start` to before `end`; the file is opened when the first is asked for. Links are not followed. */
export async function* readRange(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (start >= end) return;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  // A stream's `end` counts in.
  const stream = createReadStream(path, {
    flags: flags as never,
    start,
    end: end - 1,
    highWaterMark: CHUNK_BYTES,
  });
  for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
}

/** A whole body of at most `maxBytes`. Throws BundleInvalid, saying that `what` is too large. */
export async function collect(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  what: string,
  location: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw bundleInvalid(location, `${what} has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
