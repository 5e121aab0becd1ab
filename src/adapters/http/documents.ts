import { fetch, type Response } from 'undici';
import { parseHttpAddress } from './address.ts';
import type { HttpDocument, HttpRequest } from './contract.ts';
import { responseInvalid } from './failures.ts';
import { followRedirects, type Hop } from './redirects.ts';
import { guarded, type Wire } from './wire.ts';

/** One attempt at a document, read whole: any status is returned, anything else that goes wrong is thrown raw. */
export async function fetchDocument(wire: Wire, request: HttpRequest): Promise<HttpDocument> {
  const { method, target, body } = request;
  const { side, dispatcher, timeouts } = wire;
  return withDeadline(timeouts.documentMs, wire.signal, async (signal) => {
    const start: Hop = {
      url: parseHttpAddress(request.url),
      headers: { 'user-agent': wire.userAgent, ...request.headers },
    };
    const ask = (hop: Hop): Promise<Response> =>
      guarded(wire, target, hop, () =>
        fetch(hop.url, {
          method,
          headers: hop.headers,
          redirect: 'manual',
          dispatcher,
          signal,
          ...(body === undefined ? {} : { body }),
        }),
      );
    const follows = method === 'GET' || method === 'HEAD';
    const { answer, url } = follows
      ? await followRedirects(start, { side, target, onHop: wire.guard.noteLink }, ask, async (hop) =>
          hop.body?.cancel(),
        )
      : { answer: await ask(start), url: start.url };
    const bytes = await readCapped(answer, request.maxBytes);
    if (bytes === undefined) {
      throw responseInvalid(side, target, `${url.host} answered with more than ${request.maxBytes} bytes`);
    }
    const headers = new Headers([...answer.headers]);
    return { status: answer.status, headers, url: url.href, bytes, target, side };
  });
}

/** Undefined when there is more; what the server announces is not believed. */
async function readCapped(answer: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

async function withDeadline<T>(
  milliseconds: number,
  outer: AbortSignal | undefined,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(Object.assign(new Error('deadline'), { code: 'DOCUMENT_TIMEOUT' })),
    milliseconds,
  );
  try {
    return await task(outer ? AbortSignal.any([outer, deadline.signal]) : deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}
