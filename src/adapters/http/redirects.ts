import { isLoopback } from './address.ts';
import type { Side } from './contract.ts';
import { holdRedirect, withoutCredentials } from './credentials.ts';
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
  about: {
    readonly side: Side;
    readonly target: string;
    /** Told of each redirect before it is followed. */
    readonly onHop: (to: URL, from: URL) => void;
  },
  ask: (hop: Hop) => Promise<Answer>,
  discard: (answer: Answer) => Promise<void>,
): Promise<{ readonly answer: Answer; readonly url: URL }> {
  let hop = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await ask(hop);
    const location = isRedirect(answer.status) ? answer.headers.get('location') : null;
    if (location === null) return { answer, url: hop.url };
    await discard(answer);
    const next = nextHop(hop, location, about);
    about.onHop(next.url, hop.url);
    holdRedirect(next.url);
    hop = next;
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

/** What a server says is never the user's mistake: every refusal names the server that redirected. */
function nextHop(from: Hop, location: string, about: { readonly side: Side; readonly target: string }): Hop {
  const refused = (where: string) =>
    responseInvalid(about.side, about.target, `${from.url.host} redirects to ${where}, which is refused`);
  const url = URL.parse(location, from.url.href);
  if (url === null) throw refused('something that is no address');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(`a "${url.protocol}" address`);
  if (url.username !== '' || url.password !== '')
    throw refused(`${url.host} with a user name in the address`);
  if (url.protocol === 'http:' && !(isLoopback(url) && isLoopback(from.url))) {
    throw refused(`plain http on ${url.host}`);
  }
  return { url, headers: url.origin === from.url.origin ? from.headers : withoutCredentials(from.headers) };
}
