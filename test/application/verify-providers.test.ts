import { describe, expect, it } from 'vitest';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { verifyProviders } from '../../src/application/verify/verify-providers.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { StoredVersion } from '../fakes/private-registry-state.ts';
import { anvil, configOf, freshWorld, LINUX, weather } from '../support/sync-world.ts';

const world = freshWorld(({ ports }) => syncProviders(ports, configOf(anvil(), weather())));

const verify = (deep = false) => verifyProviders(world.ports, configOf(anvil(), weather()), { deep });

function stored(): StoredVersion {
  const version = world.privateRegistry.state.providers.get('anvil')?.get('1.1.0');
  if (version === undefined) throw new Error('anvil 1.1.0 is not there');
  return version;
}

function linuxPackage() {
  const pkg = stored().platforms.get('linux_amd64');
  if (pkg === undefined) throw new Error('linux_amd64 is not there');
  return pkg;
}

describe('a verify of what a sync brought', () => {
  it.each([false, true])('finds every provider verified (deep: %s) and changes nothing', async (deep) => {
    const changes = world.privateRegistry.changes.length;

    const { providers, summary } = await verify(deep);

    expect(providers.map(({ outcome }) => outcome)).toEqual(['verified', 'verified']);
    expect(providers[0]?.platforms).toMatchObject([{ outcome: 'verified' }, { outcome: 'verified' }]);
    expect(summary).toMatchObject({ total: 2, verified: 2, differing: 0, failed: 0, ok: true });
    expect(summary.bytes > 0).toBe(deep);
    expect(world.privateRegistry.changes).toHaveLength(changes);
  });
});

describe('a verify of a private registry that differs', () => {
  it.each<[string, boolean, () => void, string, string | undefined]>([
    [
      'a missing version',
      false,
      () => world.privateRegistry.state.providers.get('anvil')?.clear(),
      'version-missing',
      undefined,
    ],
    [
      'a missing package',
      false,
      () => Object.assign(linuxPackage(), { bytes: undefined }),
      'file-missing',
      'linux_amd64',
    ],
    [
      'a missing platform',
      false,
      () => stored().platforms.delete('linux_amd64'),
      'file-missing',
      'linux_amd64',
    ],
    [
      'a missing SHA256SUMS',
      false,
      () => Object.assign(stored(), { shasums: undefined }),
      'file-missing',
      undefined,
    ],
    [
      'a missing signature',
      false,
      () => Object.assign(stored(), { signature: undefined }),
      'file-missing',
      undefined,
    ],
    [
      'another shasum',
      false,
      () => Object.assign(linuxPackage(), { shasum: 'f'.repeat(64) }),
      'shasum',
      'linux_amd64',
    ],
    [
      'another file name',
      false,
      () => Object.assign(linuxPackage(), { filename: 'other.zip' }),
      'filename',
      'linux_amd64',
    ],
    ['other protocols', false, () => Object.assign(stored(), { protocols: ['6.0'] }), 'protocols', undefined],
    [
      'a spoilt signature',
      false,
      () => Object.assign(stored(), { signature: new Uint8Array([1, 2, 3]) }),
      'signature',
      undefined,
    ],
    [
      'other bytes in a package',
      true,
      () => Object.assign(linuxPackage(), { bytes: new Uint8Array(8) }),
      'package-digest',
      'linux_amd64',
    ],
  ])('names %s', async (_, deep, spoil, what, platform) => {
    spoil();

    const { providers, summary } = await verify(deep);

    expect(providers[0]).toMatchObject({ outcome: 'differs' });
    expect(providers[0]?.differences).toContainEqual(
      expect.objectContaining(platform === undefined ? { what } : { what, platform }),
    );
    expect(providers[1]?.outcome).toBe('verified');
    expect(summary).toMatchObject({ verified: 1, differing: 1, ok: false });
  });

  it('sees changed package bytes only when it reads them', async () => {
    Object.assign(linuxPackage(), { bytes: new Uint8Array(8) });
    expect((await verify(false)).summary.ok).toBe(true);
  });

  it('checks the stored signature with the key that the registry would hand to Terraform', async () => {
    const stranger = await makeSigningKey({ name: 'Stranger' });
    const { keys } = world.privateRegistry.state;
    const key = keys.get(stored().keyId);
    keys.set(stored().keyId, {
      ...key,
      keyId: stored().keyId,
      createdAt: undefined,
      asciiArmor: stranger.asciiArmor,
    });

    const { providers } = await verify();

    expect(providers[0]?.differences).toMatchObject([{ what: 'signature' }]);
  });
});

describe('a verify that cannot be made', () => {
  it('fails for that provider and goes on with the others', async () => {
    const address = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };
    world.publicRegistry.tamper(address, '1.1.0', { kind: 'bad-signature' });

    const { providers, summary } = await verify();

    expect(providers[0]).toMatchObject({
      version: '1.1.0',
      outcome: 'failed',
      error: { code: 'SignatureInvalid' },
    });
    expect(providers[1]?.outcome).toBe('verified');
    expect(summary).toMatchObject({ failed: 1, ok: false });
  });

  it('says which version the config asks for when only a newer one is there', async () => {
    const { providers } = await verifyProviders(world.ports, configOf(anvil('1.0.0', [LINUX])));
    expect(providers[0]?.differences).toMatchObject([
      { what: 'version-missing', message: expect.stringContaining('1.0.0') },
    ]);
  });
});
