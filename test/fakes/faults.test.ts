import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { SyncError } from '../../src/domain/errors.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { readAll } from '../contract/bytes.ts';
import { DARWIN, LINUX, versionOf } from '../support/sync-world.ts';
import { fakeReleaseOf } from './fake-release.ts';
import { createFakePrivateRegistry } from './private-registry.ts';
import { createFakePublicRegistry, type FakeRelease, type PublicFault } from './public-registry.ts';

const V1 = versionOf('1.0.0');
const ANVIL = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };

describe('a fault of the fake public registry', () => {
  let release: FakeRelease;

  beforeAll(async () => {
    const key = await makeSigningKey();
    const platforms = [LINUX, DARWIN];
    release = await fakeReleaseOf(
      await makeSampleRelease({ namespace: 'acme', type: 'anvil', version: '1.0.0', platforms, key }),
    );
  });

  /** Everything a reader sees of one package; what throws is seen as its code. */
  async function seen(faults: readonly PublicFault[], platform = LINUX) {
    const registry = createFakePublicRegistry([release]);
    for (const fault of faults) registry.tamper(ANVIL, '1.0.0', fault);
    const code = (error: SyncError) => ({ code: error.code });
    const pkg = await registry.readPackage(ANVIL, V1, platform).catch(code);
    if ('code' in pkg) return pkg;
    const files = await registry.readShasums(pkg).catch(code);
    const source = registry.packageSource(pkg);
    const bytes = await source.open().then(readAll).catch(code);
    return { pkg, files, bytes };
  }

  it.each<readonly [string, PublicFault, readonly string[]]>([
    ['flipped-byte', { kind: 'flipped-byte', platform: 'linux_amd64' }, ['bytes']],
    ['truncated', { kind: 'truncated', platform: 'linux_amd64' }, ['bytes']],
    ['breaks', { kind: 'breaks', platform: 'linux_amd64', times: 1 }, ['bytes']],
    ['missing-package', { kind: 'missing-package', platform: 'linux_amd64' }, ['bytes']],
    ['wrong-registry-shasum', { kind: 'wrong-registry-shasum', platform: 'linux_amd64' }, ['pkg']],
    ['other-keys', { kind: 'other-keys', keys: [] }, ['pkg']],
    ['wrong-sums', { kind: 'wrong-sums', platform: 'linux_amd64' }, ['files']],
    ['changed-sums', { kind: 'changed-sums' }, ['files']],
    ['bad-signature', { kind: 'bad-signature' }, ['files']],
    ['missing-shasums', { kind: 'missing-shasums' }, ['files']],
    ['missing-signature', { kind: 'missing-signature' }, ['files']],
  ])('%s spoils its own part and no other', async (_, fault, spoilt) => {
    const [right, wrong] = [await seen([]), await seen([fault])] as Record<string, unknown>[];
    const differing = ['pkg', 'files', 'bytes'].filter(
      (part) => digest(right?.[part]) !== digest(wrong?.[part]),
    );
    expect(differing).toEqual(spoilt);
  });

  it.each<readonly [PublicFault, string]>([
    [{ kind: 'missing-platform', platform: 'linux_amd64' }, 'PlatformNotFound'],
    [{ kind: 'unavailable' }, 'UpstreamUnavailable'],
  ])('%j ends reading with %s', async (fault, code) => {
    expect(await seen([fault])).toEqual({ code });
  });

  it('about one platform leaves another alone', async () => {
    const faults: readonly PublicFault[] = [{ kind: 'flipped-byte', platform: 'linux_amd64' }];
    expect(digest(await seen(faults, DARWIN))).toBe(digest(await seen([], DARWIN)));
  });
});

describe('a breakage of the fake private registry', () => {
  const present = async (registry: ReturnType<typeof createFakePrivateRegistry>) =>
    (await registry.listProviders()).map(({ name }) => name);

  it('lets so many changes through and no more, and reads all the while', async () => {
    const registry = createFakePrivateRegistry();
    registry.breakAfter(1);
    await registry.createProvider('a');
    for (const type of ['b', 'c']) {
      await expect(registry.createProvider(type)).rejects.toMatchObject({ code: 'DestinationUnavailable' });
    }
    expect(await present(registry)).toEqual(['a']);
    registry.mend();
    await registry.createProvider('b');
    expect(await present(registry)).toEqual(['a', 'b']);
    expect(registry.changes.map(({ subject }) => subject)).toEqual(['a', 'b', 'c', 'b']);
  });

  it('loses one answer although the change was made', async () => {
    const registry = createFakePrivateRegistry();
    registry.breakAfter(0, { answerLost: true });
    for (const type of ['a', 'b']) {
      await expect(registry.createProvider(type)).rejects.toMatchObject({ code: 'DestinationUnavailable' });
    }
    expect(await present(registry)).toEqual(['a']);
  });

  it('can refuse everything', async () => {
    const registry = createFakePrivateRegistry();
    registry.refuseAllWith(new SyncError('TokenRejected', 'No.'));
    for (const ask of [() => registry.list(), () => registry.createProvider('a')]) {
      await expect(ask()).rejects.toMatchObject({ code: 'TokenRejected' });
    }
    expect(registry.changes).toEqual([]);
  });
});

function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex');
}
