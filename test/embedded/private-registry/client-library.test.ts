import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import {
  type ApiAnswer,
  embeddedRegistry,
  GPG_KEYS,
  ORGANIZATION,
  PROVIDERS,
  privatePath,
  registryApi,
  type TestRegistry,
} from '../../support/registries.ts';

// What HashiCorp's client library, go-tfe, sends and reads. Its own integration suite runs by
// `node scripts/go-tfe-suite.ts`.

/** A resource as go-tfe writes it when its options name no type. */
const untyped = (attributes: object) => ({ type: '', attributes });
const PLATFORM = { os: 'linux', arch: 'amd64', shasum: 'a'.repeat(64), filename: 'x_1.0.0.zip' };

interface Included {
  readonly data: {
    readonly relationships: Readonly<Record<string, { readonly data: readonly { readonly id: string }[] }>>;
  };
  readonly included?: readonly { readonly id: string; readonly attributes: { readonly version: string } }[];
}

describe('what go-tfe sends', () => {
  let registry: TestRegistry;
  let api: ReturnType<typeof registryApi>;
  let keyId: string;
  const create = (path: string, attributes: object) => api.call('POST', path, untyped(attributes));

  beforeAll(async () => {
    registry = await embeddedRegistry();
    api = registryApi(registry);
    const key = await makeSigningKey();
    keyId = key.keyId;
    await api.createKey(key.asciiArmor);
    await api.createProvider('aws');
    await api.createProvider('empty');
    await api.createProvider('null', 'public', 'hashicorp');
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  it.each([
    ['null', { protocols: null }],
    ['nothing', {}],
    ['an empty list', { protocols: [] }],
  ])('is taken without a type, and with %s for protocols', async (what, protocols) => {
    const version = `1.0.0-${what.replaceAll(' ', '-')}`;
    const answer = await create(`${privatePath('aws')}/versions`, {
      version,
      'key-id': keyId,
      ...protocols,
    });
    expect([answer.status, answer.document.data.attributes['protocols']]).toEqual([201, []]);
    const platform = await create(`${privatePath('aws', version)}/platforms`, PLATFORM);
    expect(platform.status).toBe(201);
  });

  it('counts no page of an empty list', async () => {
    for (const path of [`${privatePath('empty')}/versions`, `${PROVIDERS}?q=nobody`]) {
      const { status, document } = await api.call('GET', path);
      expect([status, document.data]).toEqual([200, []]);
      expect(document.meta.pagination).toMatchObject({
        'current-page': 1,
        'next-page': null,
        'total-pages': 0,
        'total-count': 0,
      });
    }
  });

  const documentOf = (answer: ApiAnswer): Included => answer.document as unknown as Included;

  it('gets a provider’s versions with it when it asks for them', async () => {
    const include = '?include=registry-provider-versions';
    const stored = (await api.call('GET', `${privatePath('aws')}/versions`)).document.data;
    const shown = documentOf(await api.call('GET', privatePath('aws') + include));
    const listed = documentOf(await api.call('GET', `${PROVIDERS}${include}&q=aws`));
    for (const { included } of [shown, listed]) expect(included).toEqual(withOtherLinks(stored));
    const related = shown.data.relationships['registry-provider-versions']?.data.map(({ id }) => id);
    expect(related).toEqual(stored.map(({ id }) => id));
    const plain = documentOf(await api.call('GET', privatePath('aws')));
    expect([plain.included, plain.data.relationships['registry-provider-versions']]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['a provider', privatePath('aws')],
    ['providers', PROVIDERS],
    ['versions', `${privatePath('aws')}/versions`],
    ['platforms', `${privatePath('aws', '1.0.0-null')}/platforms`],
    ['keys', `${GPG_KEYS}?filter[namespace]=${ORGANIZATION}`],
  ])('is refused, and not passed over, when it asks for what does not come with %s', async (_, path) => {
    const answer = await api.call('GET', `${path}${path.includes('?') ? '&' : '?'}include=organization`);
    expect(answer.status).toBe(400);
    expect(answer.document.errors).toMatchObject([{ detail: 'include=organization is not supported here' }]);
  });

  it.each([
    ['a key id of no key', { version: '2.0.0', 'key-id': '0123456789ABCDEF' }],
    ['a key id that is none', { version: '2.0.0', 'key-id': 'abcdefg' }],
  ])('is refused with %s, which nothing could be verified with', async (_, attributes) => {
    expect((await create(`${privatePath('aws')}/versions`, attributes)).status).toBe(422);
  });
});

/** Links are signed anew for each answer. */
function withOtherLinks(resources: readonly object[]) {
  return resources.map((resource) => ({ ...resource, links: expect.anything() as unknown }));
}

describe('a lenient registry takes as HCP Terraform does', () => {
  let registry: TestRegistry;
  let api: ReturnType<typeof registryApi>;

  beforeAll(async () => {
    registry = await embeddedRegistry({ lenient: true });
    api = registryApi(registry);
    await api.createProvider('aws');
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  it('any key id and any digest, and gives them back as they came', async () => {
    const attributes = { version: '1.0.0', 'key-id': 'abcdefg', protocols: ['5.0'] };
    const version = await api.call('POST', `${privatePath('aws')}/versions`, untyped(attributes));
    expect([version.status, version.document.data.attributes]).toEqual([
      201,
      expect.objectContaining(attributes),
    ]);
    const platform = await api.call(
      'POST',
      `${privatePath('aws', '1.0.0')}/platforms`,
      untyped({ ...PLATFORM, shasum: 'shasum', filename: 'filename' }),
    );
    expect([platform.status, platform.document.data.attributes['shasum']]).toEqual([201, 'shasum']);
  });

  it('a version whose key is found whatever the case of its id', async () => {
    const { keyId, asciiArmor } = await makeSigningKey();
    await api.createKey(asciiArmor);
    const attributes = { version: '1.1.0', 'key-id': keyId.toLowerCase() };
    const version = await api.call('POST', `${privatePath('aws')}/versions`, untyped(attributes));
    expect(version.document.data.attributes['key-id']).toBe(keyId);
  });

  it.each([
    ['a version that is none', { version: 'one', 'key-id': 'abcdefg' }],
    ['a version that is too long', { version: `1.0.0-${'x'.repeat(123)}`, 'key-id': 'abcdefg' }],
    ['a key id that is a path', { version: '2.0.0', 'key-id': '../../x' }],
  ])('but not %s', async (_, attributes) => {
    const answer = await api.call('POST', `${privatePath('aws')}/versions`, untyped(attributes));
    expect(answer.status).toBe(422);
  });
});

describe('the algorithm of a key', () => {
  it.each([
    [false, 'rsa', 201],
    [false, 'ed25519', 422],
    [true, 'ed25519', 201],
  ] as const)('where lenient is %s: %s gets %i', async (lenient, algorithm, status) => {
    await using registry = await embeddedRegistry({ lenient });
    const { asciiArmor } = await makeSigningKey({ algorithm });
    const answer = await registryApi(registry).createKey(asciiArmor);
    expect(answer.status).toBe(status);
  });

  it('is named when a key is refused for it', async () => {
    await using registry = await embeddedRegistry();
    const { asciiArmor } = await makeSigningKey({ algorithm: 'ed25519' });
    const { document } = await registryApi(registry).createKey(asciiArmor);
    expect(document.errors).toMatchObject([
      { detail: 'Ascii armor is a key of Ed25519; only RSA and DSA keys are supported' },
    ]);
  });
});
