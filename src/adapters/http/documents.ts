import { promisify } from 'node:util';
import {
  type BrotliOptions,
  brotliDecompress,
  constants,
  gunzip,
  inflate,
  type ZlibOptions,
} from 'node:zlib';
import { controllerWithin } from '../../domain/transfer/interruption.ts';
import { parseHttpAddress } from './address.ts';
import type { HttpDocument, HttpRequest } from './contract.ts';
import { exchange, type Incoming } from './exchange.ts';
import { responseInvalid } from './failures.ts';
import { followRedirects, type Hop } from './redirects.ts';
import { guarded, type Wire } from './wire.ts';

/** One attempt at a document, read whole: any status is returned, anything else that goes wrong is thrown raw. */
export async function fetchDocument(wire: Wire, request: HttpRequest): Promise<HttpDocument> {
  const { method, target, maxBytes } = request;
  const { side } = wire;
  return withDeadline(wire.timeouts.documentMs, wire.signal, async (signal) => {
    const headers = {
      'user-agent': wire.userAgent,
      'accept-encoding': 'gzip, deflate, br',
      ...request.headers,
    };
    const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
    const ask = (hop: Hop): Promise<Incoming> =>
      guarded(wire, target, hop, () =>
        exchange(
          { ...wire, signal },
          { method, url: hop.url, headers: hop.headers, ...(body === undefined ? {} : { body }) },
          (error) => error as Error,
        ),
      );
    const start: Hop = { url: parseHttpAddress(request.url), headers };
    const follows = method === 'GET' || method === 'HEAD';
    const { answer, url } = follows
      ? await followRedirects(start, { side, target, onHop: wire.guard.noteLink }, ask, discard)
      : { answer: await ask(start), url: start.url };
    const packed = await readCapped(answer, maxBytes);
    const bytes = packed && (await unpacked(packed, answer.headers.get('content-encoding'), maxBytes));
    if (bytes === undefined) {
      throw responseInvalid(side, target, `${url.host} answered with more than ${maxBytes} bytes`);
    }
    return { status: answer.status, headers: answer.headers, url: url.href, bytes, target, side };
  });
}

/** Undefined when there is more; what the server announces is not believed. */
async function readCapped(answer: Incoming, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** What a proxy may add to one that is there already; more is no honest packing. */
const MOST_LAYERS = 3;

/**
 * Takes off what `content-encoding` names (RFC 9110, 8.4), no further than to `maxBytes`: undefined when there is
 * more. What is named and not known is left as it is.
 */
async function unpacked(
  packed: Uint8Array,
  encoding: string | null,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const layers = (encoding ?? '').split(',').map((name) => name.trim().toLowerCase());
  let bytes = packed;
  // The last that was put on is the first that comes off.
  for (const layer of layers.toReversed().slice(0, MOST_LAYERS)) {
    const unpack = UNPACKERS[layer];
    if (unpack === undefined || bytes.length === 0) continue;
    try {
      bytes = await unpack(bytes, maxBytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
      throw error;
    }
  }
  return bytes;
}

// As browsers do, what is cut short is taken as far as it goes: its length is checked elsewhere.
const ZLIB: ZlibOptions = { finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI: BrotliOptions = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

const gunzipped = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip);
const inflated = promisify<Uint8Array, ZlibOptions, Buffer>(inflate);
const unbrotlied = promisify<Uint8Array, BrotliOptions, Buffer>(brotliDecompress);

const UNPACKERS: Readonly<Record<string, (bytes: Uint8Array, most: number) => Promise<Uint8Array>>> = {
  gzip: (bytes, maxOutputLength) => gunzipped(bytes, { ...ZLIB, maxOutputLength }),
  'x-gzip': (bytes, maxOutputLength) => gunzipped(bytes, { ...ZLIB, maxOutputLength }),
  deflate: (bytes, maxOutputLength) => inflated(bytes, { ...ZLIB, maxOutputLength }),
  br: (bytes, maxOutputLength) => unbrotlied(bytes, { ...BROTLI, maxOutputLength }),
};

async function discard(answer: Incoming): Promise<void> {
  await answer.body[Symbol.asyncIterator]().return?.();
}

async function withDeadline<T>(
  milliseconds: number,
  outer: AbortSignal | undefined,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const within = controllerWithin(outer);
  const timer = setTimeout(
    () => within.abort(Object.assign(new Error('deadline'), { code: 'DOCUMENT_TIMEOUT' })),
    milliseconds,
  );
  try {
    return await task(within.signal);
  } finally {
    clearTimeout(timer);
    within.leave();
  }
}
