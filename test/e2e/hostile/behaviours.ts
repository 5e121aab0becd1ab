import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { readBody } from '../../support/http-server.ts';
import type { Asked, Behaviour } from './front.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** A whole answer, once the request was read. */
export function says(
  status: number,
  body: string | Uint8Array = '',
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): Behaviour {
  return async ({ request, response }) => {
    await readBody(request);
    response.writeHead(status, headers).end(body);
  };
}

export const json = (value: unknown, status = 200): Behaviour => says(status, JSON.stringify(value));

/** The honest document with something changed in it. */
export function altered(change: (document: never, asked: Asked) => unknown): Behaviour {
  return async (asked) => {
    const answer = await asked.honest();
    const text = JSON.stringify(change(JSON.parse(answer.body.toString()) as never, asked));
    asked.response.writeHead(answer.status, JSON_TYPE).end(text);
  };
}

/** The honest bytes made into others, with a length to match. */
export function remade(make: (bytes: Buffer, asked: Asked) => Uint8Array): Behaviour {
  return async (asked) => {
    const answer = await asked.honest();
    const body = make(answer.body, asked);
    asked.response
      .writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) })
      .end(body);
  };
}

/** Raw bytes in place of an answer, and the end of the connection. */
export function raw(text: string | Uint8Array): Behaviour {
  return ({ socket }) => void socket.end(text);
}

export function redirects(location: string | ((asked: Asked) => string), status = 302): Behaviour {
  return (asked) => {
    const to = typeof location === 'string' ? location : location(asked);
    asked.response.writeHead(status, { location: to }).end();
  };
}

export const hangsUp: Behaviour = ({ socket }) => void socket.destroy();
export const resets: Behaviour = ({ socket }) => void socket.resetAndDestroy();
/** Reads what comes and says nothing. */
export const isSilent: Behaviour = ({ request }) => void request.resume();
/** Does not even read. */
export const isDeaf: Behaviour = () => {};

export const stallsAfterHeaders: Behaviour = ({ request, response }) => {
  request.resume();
  response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' });
  response.flushHeaders();
};

export const stallsInTheMiddle: Behaviour = ({ request, response }) => {
  request.resume();
  response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' }).write('{"id":');
};

/** A byte of `text` now and then, for ever; each comes well before any silence is too long. */
function drips(start: string, more = ' '): Behaviour {
  return async ({ request, socket }) => {
    request.resume();
    socket.write(start);
    while (!socket.destroyed) {
      await sleep(50);
      socket.write(more);
    }
  };
}

const OK = 'HTTP/1.1 200 OK\r\n';
export const dripsHeaders = drips(OK, 'x');
export const dripsBody = drips(`${OK}content-type: application/json\r\ncontent-length: 100000\r\n\r\n`);
export const dripsChunks = drips(`${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n');
export const saysContinueForEver = drips('', 'HTTP/1.1 100 Continue\r\n\r\n');

export const cutsTheBody: Behaviour = async ({ request, response }) => {
  await readBody(request);
  response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' });
  response.write('{"id":', () => response.destroy());
};

/** More and more, as fast as it is taken. */
export const neverEnds: Behaviour = async ({ request, response }) => {
  request.resume();
  response.writeHead(200, JSON_TYPE).write('{"id":"');
  const chunk = Buffer.alloc(256 * 1024, 'x');
  const closed = new Promise((resolve) => response.once('close', resolve));
  while (!response.destroyed) {
    await Promise.race([closed, new Promise((resolve) => response.write(chunk, resolve))]);
  }
};

/** 24 MiB of blanks in 24 KiB: more than any document may have once it is unpacked. */
const BOMB = gzipSync(Buffer.alloc(24 * 1024 * 1024, ' '));

export const isABomb: Behaviour = says(200, BOMB, { ...JSON_TYPE, 'content-encoding': 'gzip' });

/** What an inner service would say to whoever asks: it is nobody's to read in a message. */
export const INNER_WORDS = 'internal-secret-value';

export const HTML = '<!DOCTYPE html><html><body>Please sign in to the network.</body></html>';
export const isAPortal = says(200, HTML, { 'content-type': 'text/html' });
export const isADisguisedPortal = says(200, HTML);

/** The answer of a server that repeats whatever it was sent, as debugging proxies do. */
export const repeatsTheRequest = (status: number): Behaviour => {
  return async ({ request, response }) => {
    const body = String(await readBody(request));
    const said = `\u001B[31m${JSON.stringify(request.headers)} ${request.url} ${body}`.repeat(3);
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    const errors = [
      { title: said, detail: `token ${token} or ${Buffer.from(token).toString('base64')}` },
      { title: encodeURIComponent(token), detail: `user:${token}` },
    ];
    response.writeHead(status, { ...JSON_TYPE, 'x-said': encodeURIComponent(said) });
    response.end(JSON.stringify({ errors }));
  };
};

/** Those that end by a bound on time alone. */
export const WAITING: ReadonlySet<Behaviour> = new Set([
  isSilent,
  isDeaf,
  stallsAfterHeaders,
  stallsInTheMiddle,
  dripsHeaders,
  dripsBody,
  dripsChunks,
  saysContinueForEver,
  neverEnds,
]);
