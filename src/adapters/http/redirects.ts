import { SyncError } from '../../domain/errors.ts';
import { isLoopback, parseHttpAddress } from './address.ts';
import type { Side } from './contract.ts';
import { responseInvalid } from './failures.ts';

const MAX_REDIRECTS = 5;

interface Redirectable {
  readonly status: number;
  readonly headers: Headers;
}

export interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Follows redirects (RFC 9110, 15.4) of a GET or HEAD. Credentials stay with the origin they were meant for, and
 * plain http is reached only from loopback, so that no answer from outside leads into this machine or out of TLS.
 */
export async function followRedirects<Answer extends Redirectable>(
  start: Hop,
  about: { readonly side: Side; readonly target: string },
  ask: (hop: Hop) => Promise<Answer>,
  discard: (answer: Answer) => Promise<void>,
): Promise<{ readonly answer: Answer; readonly url: URL }> {
  let hop = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await ask(hop);
    const location = isRedirect(answer.status) ? answer.headers.get('location') : null;
    if (location === null) return { answer, url: hop.url };
    await discard(answer);
    hop = nextHop(hop, location, about);
  }
  throw responseInvalid(
    about.side,
    about.target,
    `${start.url.host} redirects more than ${MAX_REDIRECTS} times`,
  );
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function nextHop(from: Hop, location: string, about: { readonly side: Side; readonly target: string }): Hop {
  const resolved = URL.parse(location, from.url.href);
  if (resolved === null) {
    throw responseInvalid(
      about.side,
      about.target,
      `${from.url.host} redirects to something that is no address`,
    );
  }
  const url = parseHttpAddress(resolved.href);
  if (url.protocol === 'http:' && !isLoopback(from.url)) {
    throw new SyncError(
      'AddressRefused',
      `${about.target}: ${from.url.host} redirects to plain http on ${url.host}, which is refused.`,
    );
  }
  return { url, headers: url.origin === from.url.origin ? from.headers : withoutCredentials(from.headers) };
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const secret = new Set(['authorization', 'cookie']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.has(name.toLowerCase())));
}
