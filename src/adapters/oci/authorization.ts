import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { holdSecret } from '../../domain/secrets/redaction.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient, HttpDocument, HttpRequest } from '../http/contract.ts';
import { responseInvalid } from '../http/failures.ts';
import { resolveLink } from '../http/link.ts';
import { readJsonAs } from '../http/read-document.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { OciCredential, OciCredentials } from './credentials.ts';
import { tokenAnswer } from './schema.ts';

/** What a request is about and wants to do there: `repository:tofu/random:pull,push`. */
export interface Scope {
  /** Undefined for the catalog. */
  readonly repository: string | undefined;
  readonly actions: 'pull' | 'pull,push' | 'pull,delete' | '*';
}

/** The Authorization headers of one registry. */
export interface Authorization {
  /** For a request of this scope: empty until the registry has asked for credentials. */
  headers(scope: Scope): Promise<Readonly<Record<string, string>>>;
  /**
   * Answers a 401: learns what the registry asks for, and gets credentials and a token anew. `nothing`: there is
   * nothing to answer with; `anonymous`: a token that anybody gets. Throws TokenRejected, AddressRefused,
   * DestinationResponseInvalid.
   */
  answer(scope: Scope, refused: HttpDocument): Promise<'credentials' | 'anonymous' | 'nothing'>;
  /** Where credentials come from, for messages. */
  readonly description: string;
}

type Scheme =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: string; readonly service: string | undefined };

interface CachedToken {
  readonly token: string;
  /** Milliseconds on the monotonic clock. */
  readonly until: number;
}

const MAX_TOKEN_ANSWER_BYTES = 256 * 1024;

/** What the token server's specification gives a token that names no time. */
const DEFAULT_LIFETIME_SECONDS = 60;
const MAX_LIFETIME_SECONDS = 3600;

/**
 * The registry's challenges (Basic; Bearer as distribution's token authentication has it) answered, and the tokens
 * kept in memory until a fifth of their life, at most a minute, is left.
 *
 * No package does this here: those that are kept (`@sigstore/oci`, `docker-registry-client` and its forks) hold
 * whole blobs in memory or are tied to an HTTP client of their own, which would bypass our limits and CA bundle.
 */
export function createAuthorization(options: {
  readonly http: HttpClient;
  /** Host and port, as credentials are kept for it. */
  readonly host: string;
  readonly credentials: OciCredentials;
  readonly clock: Clock;
}): Authorization {
  const { http, host, credentials, clock } = options;
  let scheme: Scheme | undefined;
  const tokens = new Map<string, CachedToken>();
  const pending = new Map<string, Promise<string>>();
  /** Scopes that the registry itself named, by the scope that was asked with. */
  const named = new Map<string, string>();

  const token = async (asked: Scheme & { kind: 'bearer' }, scope: Scope, fresh: boolean): Promise<string> => {
    const key = scopeText(scope);
    const cached = fresh ? undefined : tokens.get(key);
    if (cached !== undefined && clock.monotonic() < cached.until) return cached.token;
    // Transfers that begin at once share one token.
    const running =
      pending.get(key) ?? fetchToken(asked, scope, key, fresh).finally(() => pending.delete(key));
    pending.set(key, running);
    return await running;
  };

  const fetchToken = async (
    asked: Scheme & { kind: 'bearer' },
    scope: Scope,
    key: string,
    fresh: boolean,
  ): Promise<string> => {
    const { repository } = scope;
    const credential = await credentials.read({ host, repository, fresh });
    if (credential?.kind === 'bearer') return credential.token;
    if (credential?.kind === 'identity-token') holdSecret(credential.token);
    const scopes = [...new Set([key, named.get(key) ?? key])];
    const started = clock.monotonic();
    const document = await http.request(tokenRequest(host, asked, scopes, credential));
    if (document.status === 401 || document.status === 403 || document.status === 400) {
      throw tokenRejected(host, credentials.description, document.status, credential !== undefined);
    }
    if (document.status !== 200) {
      throw responseInvalid(document.side, document.target, `the token server answered ${document.status}`);
    }
    const { token: text, seconds } = readJsonAs(document, tokenAnswer);
    if (text === undefined) {
      throw responseInvalid(document.side, document.target, 'the token server answered without a token');
    }
    holdSecret(text);
    const lifetime = Math.min(seconds || DEFAULT_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS);
    tokens.set(key, { token: text, until: started + (lifetime - Math.min(60, lifetime / 5)) * 1000 });
    return text;
  };

  const headersOf = async (scope: Scope, fresh: boolean): Promise<Readonly<Record<string, string>>> => {
    if (scheme === undefined) return {};
    if (scheme.kind === 'bearer') {
      return { authorization: `Bearer ${await token(scheme, scope, fresh)}` };
    }
    const credential = await credentials.read({ host, repository: scope.repository, fresh });
    if (credential === undefined) return {};
    return { authorization: credential.kind === 'basic' ? basic(credential) : `Bearer ${credential.token}` };
  };

  return {
    description: credentials.description,
    headers: (scope) => headersOf(scope, false),
    answer: async (scope, refused) => {
      const challenge = chooseChallenge(refused);
      const first = scheme === undefined;
      scheme = schemeOf(challenge, refused, host);
      if (scheme.kind === 'bearer') http.noteLink(new URL(scheme.realm), refused.url);
      if (challenge.parameters['scope']) named.set(scopeText(scope), challenge.parameters['scope']);
      // The first challenge of all is no sign that the credentials at hand are stale.
      const sent = Object.keys(await headersOf(scope, !first)).length > 0;
      if (!sent) return 'nothing';
      const credential = await credentials.read({ host, repository: scope.repository });
      return credential === undefined ? 'anonymous' : 'credentials';
    },
  };
}

function scopeText({ repository, actions }: Scope): string {
  return repository === undefined ? `registry:catalog:${actions}` : `repository:${repository}:${actions}`;
}

function chooseChallenge(refused: HttpDocument): Challenge {
  const challenges = parseChallenges(refused.headers.get('www-authenticate') ?? '');
  const chosen = ['bearer', 'basic'].flatMap(
    (wanted) => challenges.find(({ scheme }) => scheme === wanted) ?? [],
  );
  if (chosen[0] !== undefined) return chosen[0];
  const asked = challenges.map(({ scheme }) => quote(scheme)).join(', ') || 'nothing';
  const what = `it asks for credentials (401), but names ${asked}, not Bearer or Basic`;
  throw responseInvalid(refused.side, refused.target, what);
}

/** A realm is where credentials are sent to: https, or this machine when the registry is on it too. */
function schemeOf({ scheme, parameters }: Challenge, refused: HttpDocument, host: string): Scheme {
  if (scheme === 'basic') return { kind: 'basic' };
  const realm = parameters['realm'] ?? '';
  const resolved = URL.canParse(realm) ? resolveLink(realm, refused.url) : undefined;
  if (resolved === undefined) {
    throw new SyncError(
      'AddressRefused',
      `${host} sends credentials on to a token server whose address is not https. Nothing was sent there.`,
    );
  }
  return { kind: 'bearer', realm: resolved.href, service: parameters['service'] };
}

function tokenRequest(
  host: string,
  { realm, service }: Scheme & { kind: 'bearer' },
  scopes: readonly string[],
  credential: Exclude<OciCredential, { kind: 'bearer' }> | undefined,
): HttpRequest {
  const url = new URL(realm);
  const common = { target: `a token for ${host}`, maxBytes: MAX_TOKEN_ANSWER_BYTES };
  if (credential?.kind === 'identity-token') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'provider-sync',
      scope: scopes.join(' '),
      refresh_token: credential.token,
      ...(service === undefined ? {} : { service }),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { ...common, method: 'POST', url: url.href, headers, body: form.toString() };
  }
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const headers = credential === undefined ? {} : { authorization: basic(credential) };
  return { ...common, method: 'GET', url: url.href, headers };
}

function basic({ username, password }: Extract<OciCredential, { kind: 'basic' }>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** `given` says whether there were credentials at all. */
export function tokenRejected(host: string, description: string, status: number, given: boolean): SyncError {
  const what = given
    ? `${host} does not accept the credentials from ${description} (${status}). Check that they are of this registry and have not expired.`
    : `${host} asks for credentials (${status}), and there are none for it in ${description}.`;
  return new SyncError('TokenRejected', what);
}
