import { describe, expect, it } from 'vitest';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { GPG_KEYS, ORGANIZATION, PROVIDERS, privatePath } from '../../support/registries.ts';
import { awsPlatform, registryWithAws } from './running-registry.ts';

const { api, key } = registryWithAws();

describe('the embedded registry takes', () => {
  it('the built-in HashiCorp key, which nobody added', async () => {
    const answer = await api.createVersion('aws', '3.0.0', '34365D9472D7468F');
    expect(answer.status).toBe(201);
  });

  it.each(['2.0.0-beta1', '2.0.0+build.5', '20240131.0.0'])('version %s', async (text) => {
    expect((await api.createVersion('aws', text, key.keyId)).status).toBe(201);
    const found = await api.call('GET', privatePath('aws', encodeURIComponent(text)));
    expect(found.document.data.attributes['version']).toBe(text);
  });

  it('exactly one of two creations at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => api.createVersion('aws', '5.0.0', key.keyId)));
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, 422, 422, 422]);
  });

  it('a key whose subkey signs, under the primary key', async () => {
    const withSubkey = await makeSigningKey({ signingSubkey: true });
    const answer = await api.createKey(withSubkey.asciiArmor);
    expect(answer.document.data.attributes['key-id']).toBe(withSubkey.keyId);
    expect(withSubkey.signingKeyId).not.toBe(withSubkey.keyId);
  });
});

describe('a deletion in the embedded registry', () => {
  it('takes a platform, a version and a provider away, and is 404 the second time', async () => {
    await api.createProvider('gone-soon');
    await api.createVersion('gone-soon', '1.0.0', key.keyId);
    await api.createPlatform('gone-soon', '1.0.0', awsPlatform());
    const paths = [
      privatePath('gone-soon', '1.0.0', 'linux', 'amd64'),
      privatePath('gone-soon', '1.0.0'),
      privatePath('gone-soon'),
    ];
    for (const path of paths) {
      expect((await api.call('DELETE', path)).status).toBe(204);
      expect((await api.call('GET', path)).status).toBe(404);
      expect((await api.call('DELETE', path)).status).toBe(404);
    }
  });

  it('takes a version away with its platforms', async () => {
    await api.createVersion('aws', '6.0.0', key.keyId);
    await api.createPlatform('aws', '6.0.0', awsPlatform());
    await api.call('DELETE', privatePath('aws', '6.0.0'));
    await api.createVersion('aws', '6.0.0', key.keyId);
    const platforms = await api.call('GET', `${privatePath('aws', '6.0.0')}/platforms`);
    expect(platforms.document.data).toEqual([]);
  });

  it('takes a key away', async () => {
    const other = await makeSigningKey();
    await api.createKey(other.asciiArmor);
    const path = `${GPG_KEYS}/${ORGANIZATION}/${other.keyId}`;
    expect((await api.call('DELETE', path)).status).toBe(201);
    expect((await api.call('GET', path)).status).toBe(404);
  });

  it('takes a public provider away and leaves the private one of the same name', async () => {
    await api.createProvider('aws', 'public', 'hashicorp');
    expect((await api.call('DELETE', `${PROVIDERS}/public/hashicorp/aws`)).status).toBe(204);
    expect((await api.call('GET', privatePath('aws'))).status).toBe(200);
  });
});
