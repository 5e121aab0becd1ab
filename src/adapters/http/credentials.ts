import { holdSecret, holdSecretLink } from '../../domain/secrets/redaction.ts';

/** Headers that say who asks. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

export function withoutCredentials(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.has(name.toLowerCase())));
}

/** Holds what lets a request in, so that nothing says it: not even a server's own words, repeated in a message. */
export function holdCredentials(request: {
  readonly url: string;
  readonly secretUrl?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}): void {
  if (request.secretUrl) holdSecretLink(request.url);
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (CREDENTIALS.has(name.toLowerCase())) holdCredential(value);
  }
}

function holdCredential(value: string): void {
  const [, scheme = '', secret = value] = /^(\w+) +(.+)$/.exec(value) ?? [];
  holdSecret(secret);
  if (scheme.toLowerCase() !== 'basic') return;
  const [, password = ''] = /:(.*)$/s.exec(Buffer.from(secret, 'base64').toString()) ?? [];
  holdSecret(password);
}

/** Where a redirect leads is often pre-signed. Its path stands in messages and is left sayable. */
export function holdRedirect(url: URL): void {
  if (url.search === '') return;
  const query = new URL(url);
  query.pathname = '/';
  holdSecretLink(query);
}

/** The password in an address such as that of a proxy. */
export function holdPasswordOf(url: URL): void {
  try {
    holdSecret(decodeURIComponent(url.password));
  } catch {
    holdSecret(url.password);
  }
}
