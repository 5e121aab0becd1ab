import { describe, expect, it } from 'vitest';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { type ApiAnswer, GPG_KEYS, ORGANIZATION, PROVIDERS, privatePath } from '../../support/registries.ts';
import { awsPlatform, registryWithAws } from './running-registry.ts';

const { registry, api, key } = registryWithAws();

const invalid = (attribute: string, detail: string) => ({
  status: '422',
  title: 'invalid attribute',
  detail,
  source: { pointer: `/data/attributes/${attribute}` },
});

const NOT_FOUND = { status: '404', title: 'not found' };

type Case = readonly [what: string, ask: () => Promise<ApiAnswer>, status: number, errors: readonly object[]];

const get = (path: string) => () => api.call('GET', path);
const version = (text: string, keyId?: string, protocols?: readonly string[]) => () =>
  api.createVersion('aws', text, keyId ?? key.keyId, protocols);
const onePlatform =
  (change: object, at = '1.0.0') =>
  () =>
    api.createPlatform('aws', at, awsPlatform(change));

const cases: readonly Case[] = [
  ['an unknown path', get('/api/v2/nothing'), 404, [NOT_FOUND]],
  ['another organization', get('/api/v2/organizations/other/registry-providers'), 404, [NOT_FOUND]],
  ['an absent provider', get(privatePath('gone')), 404, [NOT_FOUND]],
  ['an absent version', get(privatePath('aws', '9.9.9')), 404, [NOT_FOUND]],
  ['an absent platform', get(privatePath('aws', '1.0.0', 'linux', 'arm64')), 404, [NOT_FOUND]],
  ['versions of an absent provider', get(`${privatePath('gone')}/versions`), 404, [NOT_FOUND]],
  [
    'a version that leads out of its folder',
    get(privatePath('aws', '..%2fversions%2f1.0.0')),
    404,
    [NOT_FOUND],
  ],
  [
    'the versions of a public provider',
    get(`${PROVIDERS}/public/hashicorp/null/versions`),
    403,
    [{ status: '403', title: 'forbidden', detail: 'Versions are not available for public providers' }],
  ],

  [
    'a second provider of a name',
    () => api.createProvider('aws'),
    422,
    [invalid('name', 'Name has already been taken')],
  ],
  [
    'an unknown registry',
    () => api.createProvider('foo', 'secret'),
    422,
    [invalid('registry-name', 'Registry name is not included in the list')],
  ],
  [
    'a missing registry',
    () => api.createProvider('foo', ''),
    422,
    [
      invalid('registry-name', "Registry name can't be blank"),
      invalid('registry-name', 'Registry name is not included in the list'),
    ],
  ],
  [
    'a private provider of another namespace',
    () => api.createProvider('foo', 'private', 'hashicorp'),
    422,
    [invalid('namespace', 'Namespace must be the organization\'s name, "example"')],
  ],
  ['a name that is a path', () => api.createProvider('../foo'), 422, [invalid('name', 'Name is invalid')]],
  [
    'a document of another type',
    () => api.call('POST', PROVIDERS, { type: 'modules', attributes: {} }),
    422,
    [
      {
        status: '422',
        title: 'invalid attribute',
        detail: 'Type must be "registry-providers"',
        source: { pointer: '/data/type' },
      },
      invalid('name', "Name can't be blank"),
      invalid('namespace', "Namespace can't be blank"),
      invalid('registry-name', "Registry name can't be blank"),
      invalid('registry-name', 'Registry name is not included in the list'),
    ],
  ],

  ['a second version', version('1.0.0'), 422, [invalid('version', 'Version has already been taken')]],
  [
    'a version of two parts',
    version('1.0'),
    422,
    [invalid('version', 'Version is not a valid semantic version')],
  ],
  [
    'a version that is no file name for its length',
    version(`1.0.0-${'x'.repeat(123)}`),
    422,
    [invalid('version', 'Version is too long (maximum is 128 characters)')],
  ],
  [
    'a version with a v',
    version('v1.0.0'),
    422,
    [invalid('version', 'Version is not a valid semantic version')],
  ],
  [
    'an unknown signing key',
    version('2.0.0', '0123456789ABCDEF'),
    422,
    [invalid('key-id', 'Key id is not the id of a GPG key of this organization')],
  ],
  ['a short key id', version('2.0.0', '89ABCDEF'), 422, [invalid('key-id', 'Key id is not a valid key id')]],
  [
    'an unknown protocol',
    version('2.0.0', undefined, ['5.1']),
    422,
    [invalid('protocols', 'Protocols is not included in the list')],
  ],

  ['a second platform', onePlatform({}), 422, [invalid('os', 'Os and arch have already been taken')]],
  ['a platform of an absent version', onePlatform({}, '9.9.9'), 404, [NOT_FOUND]],
  ['an unknown os', onePlatform({ os: 'beos' }), 422, [invalid('os', 'Os is not included in the list')]],
  [
    'an unknown arch',
    onePlatform({ arch: 'z80' }),
    422,
    [invalid('arch', 'Arch is not included in the list')],
  ],
  [
    'a short digest',
    onePlatform({ arch: 'arm64', shasum: 'abc' }),
    422,
    [invalid('shasum', 'Shasum is not a valid SHA-256 digest')],
  ],
  [
    'a file name that is a path',
    onePlatform({ arch: 'arm64', filename: '../x.zip' }),
    422,
    [invalid('filename', 'Filename is invalid')],
  ],

  [
    'a list of keys without namespaces',
    get(GPG_KEYS),
    400,
    [{ status: '400', title: 'bad request', detail: 'filter[namespace] is missing' }],
  ],
  [
    'a list of the keys of others',
    get(`${GPG_KEYS}?filter[namespace]=other`),
    403,
    [
      {
        status: '403',
        title: 'forbidden',
        detail: 'None of the namespaces is an organization of this registry',
      },
    ],
  ],
  [
    'keys for public providers',
    get('/api/registry/public/v2/gpg-keys'),
    403,
    [{ status: '403', title: 'forbidden', detail: 'GPG keys are not available for public providers' }],
  ],
  [
    'the same key a second time',
    () => api.createKey(key.asciiArmor),
    422,
    [invalid('key-id', 'Key id has already been taken')],
  ],
  [
    'something that is no key',
    () => api.createKey('not a key'),
    422,
    [invalid('ascii-armor', 'Ascii armor is not one valid GPG public key')],
  ],
  [
    'a key for another namespace',
    () => api.createKey(key.asciiArmor, 'other'),
    403,
    [{ status: '403', title: 'forbidden', detail: 'body namespace not authorized' }],
  ],
  ['an absent key', get(`${GPG_KEYS}/${ORGANIZATION}/0123456789ABCDEF`), 404, [NOT_FOUND]],
];

describe('the embedded registry refuses', () => {
  it.each(cases)('%s', async (_what, ask, status, errors) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.contentType).toBe('application/vnd.api+json');
    expect(answer.document.errors).toEqual(errors);
  });

  it('several keys in one block of text', async () => {
    const other = await makeSigningKey();
    const another = await makeSigningKey();
    const answer = await api.createKey(other.asciiArmor + another.asciiArmor);
    expect(answer.status).toBe(422);
  });

  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer wrong' }],
    ['the token without its scheme', { authorization: 'test-token' }],
  ])('a request with %s', async (_what, headers) => {
    for (const path of [PROVIDERS, privatePath('aws', '1.0.0'), `${GPG_KEYS}?filter[namespace]=example`]) {
      const response = await fetch(registry.url + path, { headers });
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ errors: [{ status: '401', title: 'unauthorized' }] });
    }
  });

  const post = (body: string, contentType = 'application/vnd.api+json') =>
    fetch(registry.url + PROVIDERS, {
      method: 'POST',
      headers: { authorization: `Bearer ${registry.token}`, 'content-type': contentType },
      body,
    });

  it('a body that is not JSON', async () => {
    expect((await post('{')).status).toBe(400);
  });

  it('a body of another media type', async () => {
    expect((await post('{}', 'application/json')).status).toBe(415);
  });

  it('a body that is not an object', async () => {
    expect((await post('[]')).status).toBe(422);
  });

  it('a document of more than a megabyte', async () => {
    expect((await post(JSON.stringify({ data: 'x'.repeat(1024 * 1024) }))).status).toBe(413);
  });
});
