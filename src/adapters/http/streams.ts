import { isPassingStatus } from '../../domain/failures.ts';
import { parseHttpAddress } from './address.ts';
import type { HttpDocument, HttpOpenRequest, HttpSendRequest, OpenedHttpBody } from './contract.ts';
import { exchange, type Incoming } from './exchange.ts';
import { failureOf, unavailableAnswer } from './failures.ts';
import { followRedirects } from './redirects.ts';
import { guarded, naming, type Wire } from './wire.ts';

/** More of an answer to an upload is not read: only its status counts. */
const MAX_ANSWER_BYTES = 64 * 1024;

export async function openStream(wire: Wire, request: HttpOpenRequest): Promise<OpenedHttpBody> {
  const { side } = wire;
  const { target, resume } = request;
  const url = parseHttpAddress(request.url);
  const about = naming(request, url);
  const headers = {
    'user-agent': wire.userAgent,
    // Digests and ranges are about the bytes as stored.
    'accept-encoding': 'identity',
    ...request.headers,
    ...(resume ? { range: `bytes=${resume.offset}-`, 'if-range': resume.etag } : {}),
  };
  const { answer, url: last } = await followRedirects(
    { url, headers },
    { side, target, onHop: wire.guard.noteLink },
    (hop) =>
      guarded(wire, target, hop, () =>
        exchange(wire, { method: 'GET', ...hop }, (error) =>
          failureOf(error, side, { target, host: hop.url.host }, wire.signal),
        ),
      ),
    discard,
  );
  if (isPassingStatus(answer.status)) {
    await discard(answer);
    throw unavailableAnswer(side, about, answer, wire.now());
  }
  return { ...answer, url: last.href };
}

export async function sendStream(wire: Wire, request: HttpSendRequest): Promise<HttpDocument> {
  const { side } = wire;
  const { target } = request;
  const url = parseHttpAddress(request.url);
  const about = naming(request, url);
  const outgoing = await begun(request.body);
  const headers = {
    'user-agent': wire.userAgent,
    ...request.headers,
    ...(request.size === undefined ? {} : { 'content-length': String(request.size) }),
  };
  try {
    const answer = await guarded(wire, target, { url }, () =>
      exchange(
        wire,
        { method: request.method ?? 'PUT', url, headers, body: outgoing.body },
        (error) => outgoing.failure() ?? failureOf(error, side, about, wire.signal),
      ),
    );
    const bytes = await readStart(answer, wire.timeouts.documentMs, (error) =>
      failureOf(error, side, about, wire.signal),
    );
    if (isPassingStatus(answer.status)) throw unavailableAnswer(side, about, answer, wire.now());
    return { status: answer.status, headers: answer.headers, url: request.url, bytes, target, side };
  } finally {
    outgoing.leave();
  }
}

/**
 * Waits for the first chunk before anything is sent: for a body that must be empty the headers alone would
 * complete the request. Keeps the error of a body that throws, to tell it from the connection's errors.
 */
async function begun(source: AsyncIterable<Uint8Array>): Promise<{
  readonly body: AsyncIterable<Uint8Array> | Uint8Array;
  failure(): Error | undefined;
  /** Tells the source that no more is wanted, without waiting for a chunk that it may be waiting for. */
  leave(): void;
}> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  let failure: Error | undefined;
  const leave = (): void => void iterator.return?.().catch(() => {});
  if (first.done) return { body: new Uint8Array(), failure: () => failure, leave };
  let pending: typeof first | undefined = first;
  const body: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => body,
    next: async () => {
      const ready = pending;
      pending = undefined;
      try {
        return ready ?? (await iterator.next());
      } catch (error) {
        failure = error as Error;
        throw error;
      }
    },
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
  };
  return { body, failure: () => failure, leave };
}

async function readStart(
  answer: Incoming,
  milliseconds: number,
  explain: (error: Error) => Error,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let late = false;
  // Giving the connection up ends the loop below like the end of the answer.
  const timer = setTimeout(() => {
    late = true;
    void discard(answer);
  }, milliseconds);
  try {
    for await (const chunk of answer.body) {
      chunks.push(chunk.subarray(0, MAX_ANSWER_BYTES - length));
      length += chunk.length;
      if (length >= MAX_ANSWER_BYTES) break;
    }
  } finally {
    clearTimeout(timer);
  }
  if (late) throw explain(Object.assign(new Error('late'), { code: 'DOCUMENT_TIMEOUT' }));
  return Buffer.concat(chunks);
}

async function discard(answer: Incoming): Promise<void> {
  await answer.body[Symbol.asyncIterator]().return?.();
}
