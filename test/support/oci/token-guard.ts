import type { IncomingMessage } from 'node:http';

/** How a stand-in registry is guarded. Counts what it hands out. */
export interface Guard {
  readonly kind: 'basic' | 'bearer';
  /** `user:password` that is accepted now; a test may change it. */
  accepts: string;
  /** Scopes that somebody without credentials gets a token for; none when undefined. */
  readonly anonymous?: readonly string[];
  /** Seconds; the answer says nothing of it when undefined. */
  readonly expiresIn?: number;
  /** The realm instead of the registry's own. */
  readonly realm?: string;
  /** Tokens that are good now, by the scopes that they are for. A test may take them away. */
  readonly tokens: Map<string, readonly string[]>;
}

interface Guarded {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly origin: string;
  answer(status: number, headers?: Record<string, string>, body?: string): void;
}

/** Answers what must not pass, and the token server's own requests; true when it has. */
export async function refuseUnlessAllowed(guard: Guard, guarded: Guarded): Promise<boolean> {
  const { request, url, origin } = guarded;
  const { authorization = '' } = request.headers;
  const basic = `Basic ${Buffer.from(guard.accepts).toString('base64')}`;
  if (guard.kind === 'basic') {
    if (authorization === basic) return false;
    guarded.answer(401, { 'www-authenticate': 'Basic realm="registry", charset="UTF-8"' });
    return true;
  }
  if (url.pathname === '/token') {
    const scopes = url.searchParams.getAll('scope');
    const known = authorization === basic;
    const free = authorization === '' && scopes.every((scope) => guard.anonymous?.includes(scope));
    if (!known && !free) guarded.answer(401);
    else {
      const token = `token-${guard.tokens.size + 1}`;
      guard.tokens.set(token, scopes);
      const life = guard.expiresIn === undefined ? {} : { expires_in: guard.expiresIn };
      guarded.answer(200, { 'content-type': 'application/json' }, JSON.stringify({ token, ...life }));
    }
    return true;
  }
  const scope = scopeOf(request.method ?? 'GET', url.pathname);
  const granted = guard.tokens.get(authorization.replace(/^Bearer /, '')) ?? [];
  if (granted.some((each) => covers(each, scope))) return false;
  const realm = guard.realm ?? `${origin}/token`;
  guarded.answer(401, {
    'www-authenticate': `Bearer realm="${realm}",service="registry.test",scope="${scope}"`,
  });
  return true;
}

function scopeOf(method: string, path: string): string {
  if (path === '/v2/_catalog') return 'registry:catalog:*';
  const name = /^\/v2\/(.+)\/(?:blobs|manifests|tags)\//.exec(path)?.[1] ?? '';
  const upload = path.includes('/blobs/uploads/');
  if (method === 'DELETE' && !upload) return `repository:${name}:delete`;
  return `repository:${name}:${upload || method === 'PUT' ? 'pull,push' : 'pull'}`;
}

function covers(granted: string, wanted: string): boolean {
  const split = (scope: string) => {
    const at = scope.lastIndexOf(':');
    return [scope.slice(0, at), scope.slice(at + 1).split(',')] as const;
  };
  const [[resource, actions], [name, needed]] = [split(granted), split(wanted)];
  return resource === name && needed.every((action) => actions.includes(action) || actions.includes('*'));
}
