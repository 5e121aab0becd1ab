import { describe, expect, it } from 'vitest';
import type { CredentialWish, OciCredential, OciCredentials } from '../../../src/adapters/oci/credentials.ts';
import { readAll } from '../../contract/bytes.ts';
import { contractReleases, deliver } from '../../contract/destination-releases.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { testHttpClient } from '../../support/http-client.ts';
import { mirrorAt } from '../../support/oci/mirror-subject.ts';
import { type StandInOptions, startStandInRegistry } from '../../support/oci/stand-in-registry.ts';
import type { Guard } from '../../support/oci/token-guard.ts';
import { scriptedServer } from '../../support/scripted-server.ts';

const releases = await contractReleases();
const SECRET = 's3cret-of-robot';

function credentialsOf(
  ...passwords: readonly string[]
): OciCredentials & { readonly wishes: CredentialWish[] } {
  const wishes: CredentialWish[] = [];
  let current = 0;
  return {
    description: 'the test',
    wishes,
    read: async (wish) => {
      wishes.push(wish);
      if (wish.fresh) current = Math.min(current + 1, passwords.length - 1);
      const password = passwords[current];
      return password === undefined ? undefined : { kind: 'basic', username: 'robot', password };
    },
  };
}

const guardOf = (guard: Partial<Guard> = {}): Guard => ({
  kind: 'bearer',
  accepts: `robot:${SECRET}`,
  tokens: new Map(),
  ...guard,
});

async function guarded(
  guard: Guard,
  credentials: OciCredentials,
  options: StandInOptions = {},
  monotonic: () => number = () => 0,
) {
  const registry = await startStandInRegistry({ ...options, guard });
  const http = testHttpClient('destination');
  const mirror = mirrorAt(registry.host, http, {
    credentials,
    clock: { ...fixedClock(new Date('2026-11-01T00:00:00Z')), monotonic },
  });
  const close = async (): Promise<void> => {
    await http.close();
    await registry[Symbol.asyncDispose]();
  };
  return { registry, mirror, [Symbol.asyncDispose]: close };
}

describe.each(['basic', 'bearer'] as const)('a registry that asks for credentials by %s', (kind) => {
  it('is filled, read back and emptied with the right ones', async () => {
    const guard = guardOf({ kind });
    await using world = await guarded(guard, credentialsOf(SECRET));
    expect(await deliver(world.mirror, releases.first)).toBe('publish');
    const [file] = releases.first.files;
    if (file === undefined) throw new Error('No file.');
    expect(
      (await readAll(await world.mirror.storedFile(releases.first, file).open())).length,
    ).toBeGreaterThan(0);
    const [provider] = await world.mirror.listProviders();
    if (provider === undefined) throw new Error('No provider.');
    expect(await world.mirror.deleteVersion(provider, '1.0.0')).toBe('deleted');
    expect((await world.mirror.inspect(releases.first)).outcome).toBe('publish');
  });

  it('reads credentials anew once when they are refused', async () => {
    const guard = guardOf({ kind });
    const credentials = credentialsOf(SECRET, 'rotated');
    await using world = await guarded(guard, credentials);
    await world.mirror.inspect(releases.first);
    guard.accepts = 'robot:rotated';
    guard.tokens.clear();
    expect(await deliver(world.mirror, releases.first)).toBe('publish');
    expect(credentials.wishes.filter(({ fresh }) => fresh)).toHaveLength(1);
  });

  it('says where wrong ones came from and never what they are', async () => {
    await using world = await guarded(guardOf({ kind }), credentialsOf('wrong-password', 'wrong-too'));
    const failure = await world.mirror.inspect(releases.first).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'TokenRejected', message: expect.stringContaining('the test') });
    expect(JSON.stringify([failure, String(failure)])).not.toMatch(/wrong-password|wrong-too|cm9ib3Q/);
  });

  it('says that there are none', async () => {
    await using world = await guarded(guardOf({ kind }), credentialsOf());
    await expect(world.mirror.inspect(releases.first)).rejects.toMatchObject({
      code: 'TokenRejected',
      message: expect.stringContaining('there are none for it in the test'),
    });
  });
});

describe('tokens of a token server', () => {
  it('are asked for once a scope, with the service', async () => {
    await using world = await guarded(guardOf({ expiresIn: 300 }), credentialsOf(SECRET));
    await deliver(world.mirror, releases.first);
    await deliver(world.mirror, releases.wider);
    const asked = world.registry.requests.filter(({ url }) => url.startsWith('/token'));
    const repository = 'repository:tofu/registry.terraform.io/acme/anvil';
    expect(asked.map(({ url }) => new URL(url, 'http://x').searchParams.getAll('scope'))).toEqual([
      [`${repository}:pull`],
      [`${repository}:pull,push`],
    ]);
    expect(asked.every(({ url }) => url.includes('service=registry.test'))).toBe(true);
  });

  it.each([
    ['used while a fifth of their life is left', 239, 1],
    ['asked for anew after that', 241, 2],
  ])('are %s', async (_, seconds, tokens) => {
    let now = 0;
    const guard = guardOf({ expiresIn: 300 });
    await using world = await guarded(guard, credentialsOf(SECRET), {}, () => now);
    await world.mirror.inspect(releases.first);
    now = seconds * 1000;
    await world.mirror.inspect(releases.first);
    expect(guard.tokens.size).toBe(tokens);
  });

  it('are got without credentials where anybody may read', async () => {
    const anonymous = ['repository:tofu/registry.terraform.io/acme/anvil:pull'];
    await using world = await guarded(guardOf({ anonymous }), credentialsOf());
    expect((await world.mirror.inspect(releases.first)).outcome).toBe('publish');
    await expect(deliver(world.mirror, releases.first)).rejects.toMatchObject({ code: 'TokenRejected' });
  });

  it('are not asked for over plain http beyond this machine', async () => {
    const credentials = credentialsOf(SECRET);
    await using world = await guarded(guardOf({ realm: 'http://auth.example.com/token' }), credentials);
    await expect(world.mirror.inspect(releases.first)).rejects.toMatchObject({ code: 'AddressRefused' });
    expect(credentials.wishes).toEqual([]);
  });

  it.each<[string, OciCredential, object]>([
    [
      'a refresh token is exchanged in a form',
      { kind: 'identity-token', token: 'refresh-me' },
      { method: 'POST', body: expect.stringMatching(/grant_type=refresh_token.*refresh_token=refresh-me/) },
    ],
    [
      'a user name and password go as Basic',
      { kind: 'basic', username: 'robot', password: SECRET },
      {
        method: 'GET',
        headers: expect.objectContaining({
          authorization: `Basic ${Buffer.from(`robot:${SECRET}`).toString('base64')}`,
        }),
      },
    ],
  ])('%s', async (_, credential, expected) => {
    await using tokens = await scriptedServer((seen) =>
      seen.path.startsWith('/oauth') ? { json: { access_token: 'good' } } : undefined,
    );
    await using registry = await scriptedServer(({ headers }) =>
      headers.authorization === 'Bearer good'
        ? { status: 404, json: { errors: [{ code: 'MANIFEST_UNKNOWN' }] } }
        : { status: 401, headers: { 'www-authenticate': `Bearer realm="${tokens.url}/oauth",service="s"` } },
    );
    await using http = testHttpClient('destination');
    const credentials = { description: 'the test', read: async () => credential };
    const mirror = mirrorAt(new URL(registry.url).host, http, { credentials });
    expect((await mirror.inspect(releases.first)).outcome).toBe('publish');
    expect(tokens.requests.length).toBeGreaterThan(0);
    for (const request of tokens.requests) expect(request).toMatchObject(expected);
  });

  it('a token that is given goes to the registry as it is', async () => {
    await using registry = await scriptedServer(({ headers }) =>
      headers.authorization === 'Bearer given'
        ? { status: 404, json: {} }
        : { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://auth.example.com/"' } },
    );
    await using http = testHttpClient('destination');
    const credentials: OciCredentials = {
      description: 'the test',
      read: async () => ({ kind: 'bearer', token: 'given' }),
    };
    const mirror = mirrorAt(new URL(registry.url).host, http, { credentials });
    expect((await mirror.inspect(releases.first)).outcome).toBe('publish');
  });

  it.each([
    ['no token', { json: { expires_in: 60 } }, 'without a token'],
    ['a token that is no header', { json: { token: 'a\r\nb' } }, 'not what it should be'],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'HTML'],
  ])('an answer with %s is refused', async (_, answer, words) => {
    await using tokens = await scriptedServer(() => answer);
    await using registry = await scriptedServer(() => ({
      status: 401,
      headers: { 'www-authenticate': `Bearer realm="${tokens.url}/"` },
    }));
    await using http = testHttpClient('destination');
    const mirror = mirrorAt(new URL(registry.url).host, http, { credentials: credentialsOf(SECRET) });
    await expect(mirror.inspect(releases.first)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining(words),
    });
  });

  it('another scheme is no reason to send anything', async () => {
    await using registry = await scriptedServer(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Negotiate' },
    }));
    await using http = testHttpClient('destination');
    const mirror = mirrorAt(new URL(registry.url).host, http, { credentials: credentialsOf(SECRET) });
    await expect(mirror.inspect(releases.first)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining('"negotiate"'),
    });
  });
});

describe('blobs that lie elsewhere', () => {
  it('are read there without the credentials of the registry', async () => {
    const { first } = releases;
    let stored: ReadonlyMap<string, Buffer> = new Map();
    await using bucket = await scriptedServer(({ path }) => {
      const bytes = stored.get(path.split('?')[0]?.slice(1) ?? '');
      return bytes && { body: bytes };
    });
    await using world = await guarded(guardOf(), credentialsOf(SECRET), { blobsElsewhere: bucket.url });
    // The bucket shows what was pushed, as soon as it was.
    const repository = () => world.registry.repositories.get('tofu/registry.terraform.io/acme/anvil');
    const delivery = await world.mirror.begin(first, await world.mirror.inspect(first), {});
    for (const file of first.files) {
      const opened = await file.source.open();
      await delivery.sinkFor(file).send(opened.body, opened.size);
    }
    stored = repository()?.blobs ?? stored;
    await delivery.commit();
    const [file] = first.files;
    if (file === undefined) throw new Error('No file.');
    await readAll(await world.mirror.storedFile(first, file).open());
    expect(bucket.requests.length).toBeGreaterThan(3);
    for (const { headers } of bucket.requests) expect(headers.authorization).toBeUndefined();
  });
});
