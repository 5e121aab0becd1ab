import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSigningKey,
  fetchSigningKeys,
  listSigningKeys,
  showSigningKey,
} from '../../src/application/keys/signing-keys.ts';
import { makeSigningKey, type SampleSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { freshWorld } from '../support/sync-world.ts';

const ANVIL = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };

const world = freshWorld();
const keyPorts = () => ({ organization: 'example', signingKeys: world.privateRegistry });
let key: SampleSigningKey;

beforeAll(async () => {
  key = await makeSigningKey({ name: 'In House' });
});

describe('the organization’s signing keys', () => {
  it('are empty, then hold what was added, once', async () => {
    expect(await listSigningKeys(keyPorts())).toEqual({ keys: [], unreadable: [] });

    expect(await addSigningKey(keyPorts(), key.asciiArmor)).toMatchObject([
      { key: { keyId: key.keyId }, outcome: 'added' },
    ]);
    expect(await addSigningKey(keyPorts(), key.asciiArmor)).toMatchObject([{ outcome: 'present' }]);

    expect(await listSigningKeys(keyPorts())).toMatchObject({
      keys: [{ keyId: key.keyId, userIds: ['In House <security@example.com>'], revoked: false }],
      unreadable: [],
    });
  });

  it('are shown by id, whole or as a fingerprint, in either case', async () => {
    const [added] = await addSigningKey(keyPorts(), key.asciiArmor);
    for (const id of [key.keyId, key.keyId.toLowerCase(), added?.key.fingerprint ?? '']) {
      expect(await showSigningKey(keyPorts(), id)).toMatchObject({ keyId: key.keyId });
    }
  });

  it('that are not there are said to be absent, with what to do', async () => {
    await expect(showSigningKey(keyPorts(), '0123456789ABCDEF')).rejects.toMatchObject({
      code: 'DestinationNotFound',
      message: expect.stringContaining('keys list'),
    });
    await expect(showSigningKey(keyPorts(), '34365D9472D7468F')).rejects.toMatchObject({
      message: expect.stringContaining('built in'),
    });
  });

  it('are not added from a text that is no key', async () => {
    await expect(addSigningKey(keyPorts(), 'hello')).rejects.toMatchObject({ code: 'SigningKeyMalformed' });
    expect(world.privateRegistry.changes).toEqual([]);
  });
});

describe('the keys a public registry lists', () => {
  it('come with the newest version’s packages', async () => {
    expect(await fetchSigningKeys(world.ports, ANVIL)).toMatchObject({
      version: '1.1.0',
      keys: [{ keyId: world.releases[0]?.signingKeys[0]?.keyId }],
    });
  });

  it.each([
    ['1.0.0', '1.0.0'],
    ['< 1.1', '1.0.0'],
  ])('or with those of %s', async (requested, version) => {
    expect(await fetchSigningKeys(world.ports, ANVIL, requested)).toMatchObject({ version });
  });

  it.each([
    ['9.0.0', 'VersionNotFound'],
    ['newest', 'ArgumentsInvalid'],
  ])('are not there for %s', async (requested, code) => {
    await expect(fetchSigningKeys(world.ports, ANVIL, requested)).rejects.toMatchObject({ code });
  });
});
