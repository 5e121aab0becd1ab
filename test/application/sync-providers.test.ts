import { describe, expect, it } from 'vitest';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { SyncError } from '../../src/domain/errors.ts';
import { formatPlatform } from '../../src/domain/provider/platform.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { PublicFault } from '../fakes/public-registry.ts';
import {
  anvil,
  configOf,
  DARWIN,
  freshWorld,
  LINUX,
  versionOf,
  WINDOWS,
  weather,
} from '../support/sync-world.ts';

const ANVIL = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };

const world = freshWorld();

const sync = (...entries: readonly Record<string, unknown>[]) =>
  syncProviders(world.ports, configOf(...entries), { transfer: { sleep: async () => {} } });
const installable = (type: string, version: string) =>
  world.privateRegistry.installablePlatforms(type, versionOf(version));

describe('a sync into an empty private registry', () => {
  it('publishes the newest stable version with its signing key, platforms and bytes', async () => {
    const { providers, summary } = await sync(anvil(), weather('~> 3.0'));

    const key = world.releases[1]?.signingKeys[0]?.keyId;
    expect(providers[0]).toMatchObject({
      address: 'registry.terraform.io/acme/anvil',
      requested: 'latest',
      version: '1.1.0',
      outcome: 'published',
      signedBy: key,
      platforms: [
        { os: 'linux', arch: 'amd64', outcome: 'published', bytes: expect.any(Number) },
        { os: 'darwin', arch: 'arm64', outcome: 'published', bytes: expect.any(Number) },
      ],
    });
    expect(providers[1]).toMatchObject({ requested: '~> 3.0', version: '3.0.0', outcome: 'published' });
    expect(summary).toMatchObject({ total: 2, outcomes: { published: 2 }, ok: true });
    expect(installable('anvil', '1.1.0')).toEqual(['linux_amd64', 'darwin_arm64']);
    expect(world.privateRegistry.state.keys.has(key ?? '')).toBe(true);
  });

  it('reports each step of the way as events', async () => {
    await sync(anvil('1.0.0', [LINUX]));

    expect(world.reporter.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'ProviderCheckStarted',
        'ProviderVersionResolved',
        'SigningKeyAdded',
        'PackageTransferStarted',
        'PackageTransferProgressed',
        'PackageTransferFinished',
        'ProviderVersionPublished',
      ]),
    );
  });

  it('changes nothing and downloads no package the second time', async () => {
    await sync(anvil(), weather());
    const calls = world.privateRegistry.changes.length;
    const downloads = world.publicRegistry.downloads.length;

    const { providers, summary } = await sync(anvil(), weather());

    expect(providers.map(({ outcome }) => outcome)).toEqual(['up-to-date', 'up-to-date']);
    expect(summary).toMatchObject({ ok: true, bytes: 0 });
    expect(world.privateRegistry.changes).toHaveLength(calls);
    expect(world.publicRegistry.downloads).toHaveLength(downloads);
  });

  it('adds a newly configured platform to a version that is already there', async () => {
    await sync(anvil('1.1.0', [LINUX]));

    const { providers } = await sync(anvil('1.1.0', [LINUX, WINDOWS]));

    expect(providers[0]).toMatchObject({
      outcome: 'completed',
      platforms: [{ outcome: 'up-to-date' }, { os: 'windows', outcome: 'published' }],
    });
    expect(installable('anvil', '1.1.0')).toEqual(['linux_amd64', 'windows_amd64']);
    expect(world.publicRegistry.downloads.filter((name) => name.includes('linux'))).toHaveLength(1);
  });

  it('goes on after a download that breaks in the middle', async () => {
    world.publicRegistry.tamper(ANVIL, '1.1.0', { kind: 'breaks', platform: 'linux_amd64', times: 1 });

    const { providers } = await sync(anvil('1.1.0', [LINUX]));

    expect(providers[0]).toMatchObject({ outcome: 'published' });
  });
});

describe('a sync that breaks off at any changing call', () => {
  // Key, provider, version, two platforms with a package each, SHA256SUMS and its signature.
  const STEPS = 9;

  it.each(Array.from({ length: STEPS }, (_, step) => step))(
    'after %i of them leaves nothing installable, and the next sync completes it',
    async (done) => {
      world.privateRegistry.breakAfter(done);
      const broken = await sync(anvil());
      expect(broken.providers[0]).toMatchObject({
        outcome: 'failed',
        error: { code: 'DestinationUnavailable' },
      });
      expect(installable('anvil', '1.1.0')).toEqual([]);

      world.privateRegistry.mend();
      const { providers } = await sync(anvil());

      expect(providers[0]).toMatchObject({ outcome: done < 3 ? 'published' : 'completed' });
      expect(installable('anvil', '1.1.0').toSorted()).toEqual(['darwin_arm64', 'linux_amd64']);
      expect((await sync(anvil())).providers[0]).toMatchObject({ outcome: 'up-to-date' });
    },
  );

  it('takes as many changing calls as the walk above has steps', async () => {
    await sync(anvil());
    expect(world.privateRegistry.changes).toHaveLength(STEPS);
  });
});

describe('a release that does not hold together', () => {
  const platform = formatPlatform(LINUX);

  it.each<[string, PublicFault, string, RegExp]>([
    ['a package with one flipped byte', { kind: 'flipped-byte', platform }, 'DigestMismatch', /linux_amd64/],
    ['a truncated package', { kind: 'truncated', platform }, 'DigestMismatch', /linux_amd64/],
    [
      'a registry shasum that SHA256SUMS does not have',
      { kind: 'wrong-registry-shasum', platform },
      'ShasumMismatch',
      /linux_amd64/,
    ],
    ['SHA256SUMS changed for a package', { kind: 'wrong-sums', platform }, 'ShasumMismatch', /linux_amd64/],
    ['SHA256SUMS changed elsewhere', { kind: 'changed-sums' }, 'SignatureInvalid', /anvil/],
    ['a tampered signature', { kind: 'bad-signature' }, 'SignatureInvalid', /anvil/],
    [
      'a package that is not there',
      { kind: 'missing-package', platform },
      'ReleaseFileMissing',
      /linux_amd64/,
    ],
    ['no SHA256SUMS', { kind: 'missing-shasums' }, 'ReleaseFileMissing', /SHA256SUMS/],
    ['no signature', { kind: 'missing-signature' }, 'ReleaseFileMissing', /SHA256SUMS/],
    [
      'a platform that answers 404',
      { kind: 'missing-platform', platform },
      'PlatformNotFound',
      /linux_amd64/,
    ],
    ['a registry that is down', { kind: 'unavailable' }, 'UpstreamUnavailable', /registry\.terraform\.io/],
  ])(
    '%s fails with its own error, nothing becomes installable, the other provider arrives',
    async (_, fault, code, says) => {
      world.publicRegistry.tamper(ANVIL, '1.1.0', fault);

      const { providers, summary } = await sync(anvil('1.1.0'), weather());

      expect(providers[0]).toMatchObject({
        outcome: 'failed',
        error: { code, message: expect.stringMatching(says) },
      });
      expect(installable('anvil', '1.1.0')).toEqual([]);
      expect(providers[1]).toMatchObject({ outcome: 'published' });
      expect(summary).toMatchObject({ ok: false, outcomes: { failed: 1, published: 1 } });
      expect(world.reporter.of('ProviderSyncFailed')).toHaveLength(1);
    },
  );

  it('signed by a key the registry does not list is refused', async () => {
    const stranger = await makeSigningKey({ name: 'Stranger' });
    const keys = [{ claimedKeyId: stranger.keyId, asciiArmor: stranger.asciiArmor, source: undefined }];
    world.publicRegistry.tamper(ANVIL, '1.1.0', { kind: 'other-keys', keys });

    const { providers } = await sync(anvil('1.1.0'));

    expect(providers[0]).toMatchObject({ outcome: 'failed', error: { code: 'SigningKeyUnknown' } });
    expect(world.privateRegistry.changes).toEqual([]);
  });

  it('signed by another key than the pinned one is refused', async () => {
    const { providers } = await sync({ ...anvil('~> 1.1'), 'gpg-key-id': '0123456789ABCDEF' });

    expect(providers[0]).toMatchObject({
      requested: '~> 1.1',
      version: '1.1.0',
      outcome: 'failed',
      error: { code: 'SigningKeyNotPinned' },
    });
    expect(world.reporter.events).toContainEqual(
      expect.objectContaining({ kind: 'ProviderSyncFailed', version: '1.1.0' }),
    );
    expect(world.privateRegistry.changes).toEqual([]);
  });
});

describe('a version that is already there with other contents', () => {
  it('is a conflict, reported and left as it is', async () => {
    await sync(anvil('1.1.0', [LINUX]));
    const stored = world.privateRegistry.state.providers
      .get('anvil')
      ?.get('1.1.0')
      ?.platforms.get('linux_amd64');
    Object.assign(stored ?? {}, { shasum: 'f'.repeat(64) });
    const calls = world.privateRegistry.changes.length;

    const { providers, summary } = await sync(anvil('1.1.0'), weather());

    expect(providers[0]).toMatchObject({
      outcome: 'conflict',
      error: {
        code: 'VersionConflict',
        origin: 'destination',
        message: expect.stringContaining('f'.repeat(64)),
      },
      differences: [{ what: 'shasum', platform: LINUX }],
      platforms: [{ outcome: 'conflict' }, { outcome: 'conflict' }],
    });
    expect(providers[1]).toMatchObject({ outcome: 'published' });
    expect(summary.ok).toBe(false);
    expect(
      world.privateRegistry.changes.slice(calls).every(({ subject }) => !subject.includes('anvil')),
    ).toBe(true);
    expect(world.reporter.of('VersionConflictFound')).toHaveLength(1);
  });
});

describe('what the config asks for and the registry does not have', () => {
  it.each([
    [
      'a provider',
      { provider: 'nothing', namespace: 'acme', platforms: [LINUX] },
      'ProviderNotFound',
      /acme\/nothing/,
    ],
    ['an exact version', anvil('9.9.9'), 'VersionNotFound', /9\.9\.9.*1\.1\.0, 1\.0\.0/],
    ['a constraint', anvil('>= 2'), 'VersionNotFound', />= 2/],
    [
      'a platform',
      anvil('1.0.0', [{ os: 'linux', arch: 'riscv64' }]),
      'PlatformNotFound',
      /linux_riscv64.*darwin_arm64/,
    ],
  ])('%s is named in the error, with what there is', async (_, entry, code, says) => {
    const { providers } = await sync(entry);
    expect(providers[0]).toMatchObject({
      outcome: 'failed',
      error: { code, message: expect.stringMatching(says) },
    });
  });
});

describe('a sync that is stopped', () => {
  it('starts nothing more and says so for every provider', async () => {
    const stop = new AbortController();
    stop.abort(new SyncError('Interrupted', 'Stopped by the user.'));

    const { providers } = await syncProviders(world.ports, configOf(anvil(), weather('3.0.0', [DARWIN])), {
      signal: stop.signal,
    });

    expect(providers.map(({ error }) => error?.code)).toEqual(['Interrupted', 'Interrupted']);
    expect(world.privateRegistry.changes).toEqual([]);
  });
});
