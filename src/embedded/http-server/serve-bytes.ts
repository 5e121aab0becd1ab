import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Exchange } from './exchange.ts';
import { parseRange } from './range.ts';
import { throttle } from './throttle.ts';

/** A file of known size that never changes under its ETag. */
export interface ServableBytes {
  readonly size: number;
  /** A strong validator with its quotes. */
  readonly etag: string;
  readonly contentType: string;
  /** The bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Answers GET and HEAD for a file: ETag, Accept-Ranges, 200, 206 and 416, and If-Range. */
export async function serveBytes(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  file: ServableBytes,
  bytesPerSecond?: number,
): Promise<void> {
  const { range: header, 'if-range': condition } = request.headers;
  const stale = condition !== undefined && condition !== file.etag;
  // Range has a meaning for GET alone (RFC 9110 section 14.2).
  const ignored = stale || request.method !== 'GET';
  const range = ignored ? 'whole' : parseRange(header, file.size);
  const common = { etag: file.etag, 'accept-ranges': 'bytes', 'content-type': file.contentType };
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...common, 'content-range': `bytes */${file.size}`, 'content-length': '0' });
    response.end();
    return;
  }
  const { start, end } = range === 'whole' ? { start: 0, end: file.size } : range;
  response.writeHead(range === 'whole' ? 200 : 206, {
    ...common,
    'content-length': String(end - start),
    ...(range !== 'whole' && { 'content-range': `bytes ${start}-${end - 1}/${file.size}` }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await sendBody(response, throttle(file.read(start, end), bytesPerSecond));
}

async function sendBody(response: Exchange['response'], body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(body instanceof Readable ? body : Readable.from(body, { objectMode: false }), response);
  } catch (error) {
    if (!clientWentAway(error)) throw error;
  }
}

function clientWentAway(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
