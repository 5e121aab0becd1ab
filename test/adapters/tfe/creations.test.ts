import { describe, expect, it } from 'vitest';
import { HASHICORP_KEY_ID } from '../../../src/domain/integrity/signing-key.ts';
import { makeSigningKey, type SampleSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { versionOf } from '../../support/sync-world.ts';
import {
  KEYS,
  PLATFORM,
  PLATFORMS,
  PROVIDER,
  PROVIDERS,
  pageOf,
  platform,
  platformDocument,
  providerDocument,
  proxiedRegistry,
  scriptedRegistry,
  VERSION,
  VERSIONS,
  versionDocument,
} from './support.ts';

const V1 = versionOf('1.0.0');
const version = { keyId: HASHICORP_KEY_ID, protocols: ['5.0'] } as const;
type Subject = Awaited<ReturnType<typeof scriptedRegistry>> | Awaited<ReturnType<typeof proxiedRegistry>>;

const TAKEN = {
  status: 422,
  json: { errors: [{ status: '422', title: 'invalid attribute', detail: 'Name has already been taken' }] },
};

const CREATIONS = [
  {
    what: 'provider',
    post: PROVIDERS,
    get: PROVIDER,
    listing: undefined,
    type: 'registry-providers',
    attributes: { name: 'anvil', namespace: 'example', 'registry-name': 'private' },
    document: providerDocument(),
    create: ({ registry }: Subject) => registry.createProvider('anvil'),
  },
  {
    what: 'version',
    post: VERSIONS,
    get: VERSION,
    listing: VERSIONS,
    type: 'registry-provider-versions',
    attributes: { version: '1.0.0', 'key-id': HASHICORP_KEY_ID, protocols: ['5.0'] },
    document: versionDocument(),
    create: ({ registry }: Subject) => registry.createVersion('anvil', V1, version),
  },
  {
    what: 'platform',
    post: PLATFORMS,
    get: PLATFORM,
    listing: undefined,
    type: 'registry-provider-version-platforms',
    attributes: { os: 'linux', arch: 'amd64', shasum: platform.shasum, filename: 'anvil.zip' },
    document: platformDocument(),
    create: ({ registry }: Subject) => registry.createPlatform('anvil', V1, platform),
  },
] as const;

describe.each(CREATIONS)('the creation of a $what', (creation) => {
  const { post, get, listing, document, create } = creation;
  /** Answers POSTs as told; the thing is there, or it is not. */
  const server = (answers: readonly ({ status: number; json?: unknown } | 'cut')[], there: boolean) =>
    scriptedRegistry(({ method, path }, nth) => {
      if (method === 'POST') return answers[Math.min(nth, answers.length) - 1];
      if (there) return undefined;
      if (listing !== undefined && path.startsWith(`${listing}?`)) return { json: pageOf() };
      return path === get ? { status: 404 } : undefined;
    });
  const posts = ({ server }: Awaited<ReturnType<typeof scriptedRegistry>>) =>
    server.requests.filter(({ method }) => method === 'POST');

  it('sends the document that the API documents show', async () => {
    await using scripted = await server([{ status: 201, json: { data: document } }], false);
    await create(scripted);
    const [request, ...more] = posts(scripted);
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      path: post,
      headers: { 'content-type': 'application/vnd.api+json' },
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      data: { type: creation.type, attributes: creation.attributes },
    });
  });

  it.each([
    ['a 422', TAKEN],
    ['a 409', { status: 409 }],
    ['a 404', { status: 404 }],
    ['a 500', { status: 500 }],
    ['a lost answer', 'cut'],
  ] as const)('is well when %s is explained by its being there', async (_, answer) => {
    await using scripted = await server([answer], true);
    await create(scripted);
    expect(posts(scripted)).toHaveLength(1);
  });

  it('fails with the server’s words after a 422 when it is not there', async () => {
    await using scripted = await server([TAKEN], false);
    await expect(create(scripted)).rejects.toMatchObject({
      code: 'DestinationRejected',
      message: expect.stringContaining('(422): invalid attribute: Name has already been taken'),
    });
    expect(posts(scripted)).toHaveLength(1);
  });

  it.each([
    ['a 503', { status: 503 }],
    ['a lost answer', 'cut'],
  ] as const)('is asked for again after %s when it is not there', async (_, answer) => {
    await using scripted = await server([answer, answer, { status: 201, json: { data: document } }], false);
    await create(scripted);
    expect(posts(scripted)).toHaveLength(3);
  });

  it('is given up as unavailable when every answer is lost and it is not there', async () => {
    await using scripted = await server(['cut'], false);
    await expect(create(scripted)).rejects.toMatchObject({ code: 'DestinationUnavailable' });
    expect(posts(scripted)).toHaveLength(3);
  });
});

describe('what is there and differs', () => {
  it.each([
    ['a 422', TAKEN],
    ['a lost answer', 'cut'],
  ] as const)('is a conflict after %s, with both values', async (_, answer) => {
    await using scripted = await scriptedRegistry(({ method, path }) => {
      if (method === 'POST') return answer;
      return path === PLATFORM
        ? { json: { data: platformDocument({ shasum: 'cd'.repeat(32) }) } }
        : undefined;
    });
    const failure = scripted.registry.createPlatform('anvil', V1, platform);
    await expect(failure).rejects.toMatchObject({
      code: 'VersionConflict',
      message: expect.stringMatching(/(?:cd){32}, not (?:ab){32}/),
    });
  });

  it('is no conflict when only the case of the key id differs', async () => {
    await using scripted = await scriptedRegistry(({ method, path }) => {
      if (method === 'POST') return TAKEN;
      const document = versionDocument({ 'key-id': HASHICORP_KEY_ID.toLowerCase() });
      return path === VERSION ? { json: { data: document } } : undefined;
    });
    await scripted.registry.createVersion('anvil', V1, version);
    expect(scripted.server.requests.at(-1)?.path).toBe(VERSION);
  });
});

describe('a version that the registry holds under another text', () => {
  const short = { json: { data: versionDocument({ version: '1.0' }) } };
  const server = () =>
    scriptedRegistry(({ method, path }) => {
      if (path === VERSION) return { status: 404 };
      if (path.startsWith(`${VERSIONS}?`)) {
        const documents = [versionDocument({ version: 'nightly' }), versionDocument({ version: '1.0' })];
        return { json: pageOf(...documents.map((document, index) => ({ ...document, id: `v-${index}` }))) };
      }
      if (path === `${VERSIONS}/1.0`) return short;
      if (path.startsWith(`${VERSIONS}/1.0/platforms?`)) return { json: pageOf(platformDocument()) };
      return method === 'POST' && path === `${VERSIONS}/1.0/platforms`
        ? { status: 201, json: { data: platformDocument() } }
        : undefined;
    });

  it('is found by its meaning', async () => {
    await using scripted = await server();
    const { version } = await scripted.registry.readProviderVersion('anvil', V1);
    expect(version?.version.text).toBe('1.0');
    expect(version?.platforms).toHaveLength(1);
  });

  it('is changed under that text', async () => {
    await using scripted = await server();
    await scripted.registry.createPlatform('anvil', V1, platform);
    expect(scripted.server.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: `${VERSIONS}/1.0/platforms`,
    });
  });
});

describe('the creation of a signing key', () => {
  const keyDocument = (keyId: string) => ({
    id: '1',
    type: 'gpg-keys',
    attributes: { 'key-id': keyId, 'ascii-armor': 'armor', namespace: 'example' },
  });
  const key = { keyId: '0123456789ABCDEF', asciiArmor: 'armor' };

  it('sends the document that the API documents show', async () => {
    await using scripted = await scriptedRegistry(({ method }) =>
      method === 'POST' ? { status: 201, json: { data: keyDocument(key.keyId) } } : undefined,
    );
    expect(await scripted.signingKeys.add(key)).toBe('added');
    const sent = scripted.server.requests.at(-1);
    expect(sent).toMatchObject({ method: 'POST', path: KEYS });
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      data: { type: 'gpg-keys', attributes: { namespace: 'example', 'ascii-armor': 'armor' } },
    });
  });

  it('is refused when the registry reads another key out of the armor', async () => {
    await using scripted = await scriptedRegistry(({ method }) =>
      method === 'POST' ? { status: 201, json: { data: keyDocument('FEDCBA9876543210') } } : undefined,
    );
    await expect(scripted.signingKeys.add(key)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining('FEDCBA9876543210'),
    });
  });

  it('does not take a key of another namespace for the organization’s', async () => {
    const other = keyDocument(key.keyId);
    const document = { ...other, attributes: { ...other.attributes, namespace: 'another' } };
    await using scripted = await scriptedRegistry(({ path }) =>
      path.startsWith(`${KEYS}?`) ? { json: pageOf(document) } : undefined,
    );
    expect(await scripted.signingKeys.find(key.keyId)).toBeUndefined();
    expect(await scripted.signingKeys.list()).toEqual([]);
  });
});

describe('against the embedded registry', () => {
  let key: SampleSigningKey | undefined;
  const everything = async (subject: Subject) => {
    key ??= await makeSigningKey();
    await subject.signingKeys.add(key);
    for (const { create } of CREATIONS) await create(subject);
    return await subject.registry.readProviderVersion('anvil', V1);
  };

  it.each([
    ['the answer to every creation is lost', { kind: 'lose-answer' }, 4],
    ['every connection is cut once before a creation', { kind: 'drop' }, 8],
    ['every creation is met with a 500 first', { kind: 'answer', status: 500 }, 8],
  ] as const)('everything is created although %s', async (_, action, expected) => {
    const paths = [/gpg-keys/, /registry-providers$/, /versions$/, /platforms$/];
    await using proxied = await proxiedRegistry(
      ...paths.map((path) => ({ method: 'POST', path, action }) as const),
    );
    const present = await everything(proxied);
    expect(present.version?.platforms).toHaveLength(1);
    expect(proxied.proxy.requests.filter(({ method }) => method === 'POST')).toHaveLength(expected);
  });
});
