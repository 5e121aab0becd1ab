import { beforeAll, describe, expect, it } from 'vitest';
import { makeSigningKey, type SampleSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { KEYS, pageOf, proxiedRegistry, scriptedRegistry } from './support.ts';

const KEY = { keyId: '0123456789ABCDEF', asciiArmor: 'armor' };
const OTHER_ID = 'FEDCBA9876543210';
const LISTING = `${KEYS}?filter[namespace]=example&page[number]=1&page[size]=100`;

const keyDocument = (keyId = KEY.keyId, namespace = 'example') => ({
  id: keyId,
  type: 'gpg-keys',
  attributes: { 'key-id': keyId, 'ascii-armor': 'armor', namespace },
});

describe('the requests for signing keys', () => {
  let key: SampleSigningKey;

  beforeAll(async () => {
    key = await makeSigningKey();
  });

  it('are one listing and one addition for however many who want the same key at once', async () => {
    await using proxied = await proxiedRegistry();
    const { signingKeys, proxy } = proxied;
    const requests = () => proxy.requests.map(({ method, path }) => `${method} ${decodeURIComponent(path)}`);
    const wanted = [key, key, { ...key, keyId: key.keyId.toLowerCase() }];
    const found = await Promise.all(wanted.map(({ keyId }) => signingKeys.find(keyId)));
    expect(found).toEqual([undefined, undefined, undefined]);
    expect(requests()).toEqual([`GET ${LISTING}`]);
    const outcomes = await Promise.all(wanted.map((one) => signingKeys.add(one)));
    expect(outcomes).toEqual(['added', 'present', 'present']);
    expect(await signingKeys.add(key)).toBe('present');
    expect(await signingKeys.find(key.keyId)).toMatchObject({ asciiArmor: key.asciiArmor });
    expect(requests()).toEqual([`GET ${LISTING}`, `POST ${KEYS}`]);
  });

  it('are one addition for each of two keys', async () => {
    const answers = [KEY.keyId, OTHER_ID].map((keyId) => ({
      status: 201,
      json: { data: keyDocument(keyId) },
    }));
    await using scripted = await scriptedRegistry(({ method, body }) =>
      method === 'POST' ? answers[body.includes('another') ? 1 : 0] : undefined,
    );
    const { signingKeys, server } = scripted;
    const wanted = [KEY, { keyId: OTHER_ID, asciiArmor: 'another' }];
    expect(await Promise.all(wanted.map((one) => signingKeys.add(one)))).toEqual(['added', 'added']);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${LISTING}`,
      `POST ${KEYS}`,
      `POST ${KEYS}`,
    ]);
  });

  it('find by another reading a key that somebody else added meanwhile', async () => {
    await using proxied = await proxiedRegistry();
    const { signingKeys } = proxied.again();
    expect(await signingKeys.find(key.keyId)).toBeUndefined();
    await proxied.signingKeys.add(key);
    expect(await signingKeys.add(key)).toBe('present');
    expect(await signingKeys.find(key.keyId)).toMatchObject({ keyId: key.keyId });
  });

  it('list anew each time', async () => {
    await using proxied = await proxiedRegistry();
    const { signingKeys } = proxied.again();
    expect(await signingKeys.list()).toEqual([]);
    await proxied.signingKeys.add(key);
    expect(await signingKeys.list()).toHaveLength(1);
  });
});

describe('an addition that fails', () => {
  it('fails for all who wait for it, and the next one asks again', async () => {
    await using scripted = await scriptedRegistry(({ method }, nth) => {
      if (method !== 'POST') return undefined;
      return nth === 1 ? { status: 422 } : { status: 201, json: { data: keyDocument() } };
    });
    const { signingKeys, server } = scripted;
    const outcomes = await Promise.allSettled([signingKeys.add(KEY), signingKeys.add(KEY)]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'DestinationRejected' } });
    }
    expect(await signingKeys.add(KEY)).toBe('added');
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });
});

describe('a listing of the signing keys', () => {
  it('is read to its last page', async () => {
    const page = (number: number, next: number | null, keyId: string) => ({
      json: {
        data: [keyDocument(keyId)],
        meta: { pagination: { 'current-page': number, 'next-page': next, 'total-count': 2 } },
      },
    });
    await using scripted = await scriptedRegistry(({ path }) => {
      if (!path.startsWith(`${KEYS}?`)) return undefined;
      return path.includes('page[number]=2') ? page(2, null, KEY.keyId) : page(1, 2, OTHER_ID);
    });
    expect(await scripted.signingKeys.find(KEY.keyId)).toMatchObject({ keyId: KEY.keyId });
  });

  it('is not remembered when it fails', async () => {
    await using scripted = await scriptedRegistry(({ path }, nth) => {
      if (!path.startsWith(`${KEYS}?`)) return undefined;
      return nth <= 3 ? { status: 500 } : { json: pageOf(keyDocument()) };
    });
    const find = () => scripted.signingKeys.find(KEY.keyId);
    await expect(find()).rejects.toMatchObject({ code: 'DestinationUnavailable' });
    expect(await find()).toMatchObject({ keyId: KEY.keyId });
  });

  it('counts a key as the organization’s in whatever case its name is written', async () => {
    await using scripted = await scriptedRegistry(({ path }) =>
      path.startsWith(`${KEYS}?`) ? { json: pageOf(keyDocument(KEY.keyId, 'Example')) } : undefined,
    );
    expect(await scripted.signingKeys.list()).toHaveLength(1);
  });

  it.each([
    ['is refused', { status: 403 }, 'AccessDenied'],
    ['does not add up', { json: { data: [] } }, 'ListingIncomplete'],
    ['cannot be read', { json: { data: [{}] } }, 'DestinationResponseInvalid'],
  ])('that %s hides no key and makes none absent', async (_, listing, code) => {
    await using scripted = await scriptedRegistry(({ path }) => {
      if (path.startsWith(`${KEYS}?`)) return listing;
      return path === `${KEYS}/example/${KEY.keyId}` ? { json: { data: keyDocument() } } : undefined;
    });
    const { signingKeys, server } = scripted;
    expect(await signingKeys.find(KEY.keyId)).toMatchObject({ keyId: KEY.keyId });
    expect(await signingKeys.add(KEY)).toBe('present');
    const another = { keyId: OTHER_ID, asciiArmor: 'armor' };
    await expect(signingKeys.find(another.keyId)).rejects.toMatchObject({ code });
    await expect(signingKeys.add(another)).rejects.toMatchObject({ code });
    expect(server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('refuses a key by itself that is another one than was asked for', async () => {
    await using scripted = await scriptedRegistry(({ path }) => {
      if (path.startsWith(`${KEYS}?`)) return { status: 403 };
      return path.startsWith(KEYS) ? { json: { data: keyDocument(OTHER_ID) } } : undefined;
    });
    await expect(scripted.signingKeys.find(KEY.keyId)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringContaining(OTHER_ID),
    });
  });
});
