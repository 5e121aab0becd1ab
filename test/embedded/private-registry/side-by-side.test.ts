import { describe, expect, it } from 'vitest';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { embeddedRegistry, GPG_KEYS, ORGANIZATION, registryApi } from '../../support/registries.ts';

describe('signing keys that are added side by side', () => {
  it('get an id each', async () => {
    await using registry = await embeddedRegistry();
    const api = registryApi(registry);
    const keys = await Promise.all(['Acme', 'Globex', 'Initech'].map((name) => makeSigningKey({ name })));
    await Promise.all(keys.map(({ asciiArmor }) => api.createKey(asciiArmor)));
    const { document } = await api.call('GET', `${GPG_KEYS}?filter%5Bnamespace%5D=${ORGANIZATION}`);
    expect(new Set(document.data.map(({ id }) => id)).size).toBe(3);
  });
});
