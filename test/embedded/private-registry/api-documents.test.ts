import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSampleRelease, type SampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import {
  type ApiAnswer,
  embeddedRegistry,
  GPG_KEYS,
  ORGANIZATION,
  PROVIDERS,
  privatePath,
  publishRelease,
  registryApi,
  type TestRegistry,
} from '../../support/registries.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';
import { shapeOf } from './document-shape.ts';

const TIME = '2026-03-01T10:00:00.123Z';
const SHASUM = 'a'.repeat(64);

let registry: TestRegistry;
let release: SampleRelease;
/** Answers by what was asked, in the order in which they were asked. */
const answers = new Map<string, ApiAnswer>();

beforeAll(async () => {
  const key = await makeSigningKey();
  const platforms = [
    { os: 'darwin', arch: 'amd64' },
    { os: 'linux', arch: 'amd64' },
  ];
  release = await makeSampleRelease({ namespace: 'acme', type: 'aws', version: '3.1.1', platforms, key });
  registry = await embeddedRegistry({ now: () => new Date(TIME) });
  const api = registryApi(registry);
  const ask = async (name: string, answer: Promise<ApiAnswer>): Promise<void> => {
    answers.set(name, await answer);
  };
  const extra = await makeSigningKey({ name: 'Another' });

  await ask('add key', api.createKey(extra.asciiArmor));
  await ask('get key', api.call('GET', `${GPG_KEYS}/${ORGANIZATION}/${extra.keyId}`));
  const update = { type: 'gpg-keys', attributes: { namespace: ORGANIZATION } };
  await ask('update key', api.call('PATCH', `${GPG_KEYS}/${ORGANIZATION}/${extra.keyId}`, update));
  await ask('create public provider', api.createProvider('null', 'public', 'hashicorp'));
  await ask('get public provider', api.call('GET', `${PROVIDERS}/public/hashicorp/null`));
  await api.createProvider('random', 'public', 'hashicorp');
  await ask('list providers', api.call('GET', `${PROVIDERS}?page[size]=1&filter[registry_name]=public`));

  await ask('create private provider', api.createProvider('fresh'));
  await ask('create version', api.createVersion('fresh', '1.0.0', extra.keyId));
  const linux = { os: 'linux', arch: 'amd64', shasum: SHASUM, filename: 'fresh_linux_amd64.zip' };
  await ask('create platform', api.createPlatform('fresh', '1.0.0', linux));

  await publishRelease(registry, release);
  await ask('get private provider', api.call('GET', privatePath('aws')));
  await ask('list versions', api.call('GET', `${privatePath('aws')}/versions`));
  await ask('get version', api.call('GET', privatePath('aws', '3.1.1')));
  await ask('list platforms', api.call('GET', `${privatePath('aws', '3.1.1')}/platforms`));
  await ask('get platform', api.call('GET', privatePath('aws', '3.1.1', 'linux', 'amd64')));
  await ask('list keys', api.call('GET', `${GPG_KEYS}?filter[namespace]=${ORGANIZATION},other`));
});
afterAll(() => registry[Symbol.asyncDispose]());

const permissions = { 'can-delete': 'boolean', 'can-upload-asset': 'boolean' };
const versionAttributes = {
  version: 'text',
  'created-at': 'time in milliseconds',
  'updated-at': 'time in milliseconds',
  'key-id': 'key id',
  protocols: ['text'],
  permissions,
  'shasums-uploaded': 'boolean',
  'shasums-sig-uploaded': 'boolean',
};
const key = {
  type: 'gpg-keys',
  id: 'text',
  attributes: {
    'ascii-armor': 'text',
    'created-at': 'time in seconds',
    'key-id': 'key id',
    namespace: 'text',
    source: '',
    'source-url': null,
    'trust-signature': 'nothing',
    'updated-at': 'time in seconds',
  },
  links: { self: 'path' },
};

describe('a document of the embedded registry', () => {
  it.each([
    ['add key', 201, { data: key }],
    ['get key', 200, { data: key }],
    ['update key', 201, { data: key }],
    [
      'create version',
      201,
      {
        data: {
          id: 'id',
          type: 'registry-provider-versions',
          attributes: versionAttributes,
          relationships: {
            'registry-provider': { data: { id: 'id', type: 'registry-providers' } },
            platforms: { data: [], links: { related: 'path' } },
          },
          links: { 'shasums-upload': 'signed link', 'shasums-sig-upload': 'signed link' },
        },
      },
    ],
    [
      'get version',
      200,
      {
        data: {
          id: 'id',
          type: 'registry-provider-versions',
          attributes: versionAttributes,
          relationships: {
            'registry-provider': { data: { id: 'id', type: 'registry-providers' } },
            platforms: {
              data: [{ id: 'id', type: 'registry-provider-platforms' }],
              links: { related: 'path' },
            },
          },
          links: { 'shasums-download': 'signed link', 'shasums-sig-download': 'signed link' },
        },
      },
    ],
    [
      'create platform',
      201,
      {
        data: {
          id: 'id',
          type: 'registry-provider-platforms',
          attributes: {
            os: 'linux',
            arch: 'amd64',
            filename: 'text',
            shasum: 'SHA-256 digest',
            permissions,
            'provider-binary-uploaded': 'boolean',
          },
          relationships: {
            'registry-provider-version': { data: { id: 'id', type: 'registry-provider-versions' } },
          },
          links: { 'provider-binary-upload': 'signed link' },
        },
      },
    ],
  ])('answers "%s" with %i and the documented fields', (name, status, shape) => {
    expect(answers.get(name)?.status).toBe(status);
    expect(answers.get(name)?.contentType).toBe('application/vnd.api+json');
    expect(shapeOf(answers.get(name)?.document)).toEqual(shape);
  });

  it.each([
    ['create version', 'shasums-uploaded', false],
    ['get version', 'shasums-uploaded', true],
    ['get version', 'shasums-sig-uploaded', true],
    ['create platform', 'provider-binary-uploaded', false],
    ['get platform', 'provider-binary-uploaded', true],
    ['get version', 'created-at', TIME],
    ['create platform', 'shasum', SHASUM],
  ])('of "%s" says that %s is %s', (name, attribute, value) => {
    expect(answers.get(name)?.document.data.attributes[attribute]).toBe(value);
  });

  it('names the key by the id of its primary key', async () => {
    const listed = answers.get('list keys')?.document.data.map(({ attributes }) => attributes['key-id']);
    expect(listed).toContain(release.signingKeys[0]?.keyId);
  });
});

interface Example {
  readonly endpoint: string;
  readonly block: string;
  readonly body: unknown;
}

const folder = sharedVectors('api');

describe.skipIf(folder === undefined)('held to the samples of the API documents', () => {
  const examples =
    folder === undefined
      ? []
      : (JSON.parse(readFileSync(join(folder, 'hcp/docs_examples.json'), 'utf8')) as Example[]);
  const base = '/organizations/:organization_name/registry-providers';
  const one = `${base}/:registry_name/:namespace/:name`;
  const keys = '/api/registry/:registry_name/v2/gpg-keys';

  it.each([
    ['list providers', `GET ${base}`, 'Sample Response'],
    ['create private provider', `POST ${base}`, 'Sample Response (Private Provider)'],
    ['create public provider', `POST ${base}`, 'Sample Response (Public Provider)'],
    ['get private provider', `GET ${one}`, 'Sample Response (Private Provider)'],
    ['get public provider', `GET ${one}`, 'Sample Response (Public Provider)'],
    ['create version', `POST ${one}/versions`, 'Sample Response'],
    ['list versions', `GET ${one}/versions/`, 'Sample Response'],
    ['get version', `GET ${one}/versions/:version`, 'Sample Response'],
    ['create platform', `POST ${one}/versions/:version/platforms`, 'Sample Response'],
    ['list platforms', `GET ${one}/versions/:version/platforms`, 'Sample Response'],
    ['get platform', `GET ${one}/versions/:version/platforms/:os/:arch`, 'Sample Response'],
    ['list keys', `GET ${keys}`, 'Sample Response'],
    ['add key', `POST ${keys}`, 'Sample Response'],
    ['get key', `GET ${keys}/:namespace/:key_id`, 'Sample Response'],
    ['update key', `PATCH ${keys}/:namespace/:key_id`, 'Sample Response'],
  ])('"%s" has the fields of %s, "%s"', (name, endpoint, block) => {
    const example = examples.find((one) => one.endpoint === endpoint && one.block === block);
    expect(example).toBeDefined();
    expect(shapeOf(answers.get(name)?.document)).toEqual(shapeOf(example?.body));
  });
});
