import { beforeAll, describe, expect, it } from 'vitest';
import type { ProviderAddress } from '../../src/domain/provider/address.ts';
import { formatPlatform } from '../../src/domain/provider/platform.ts';
import { isComplete } from '../../src/domain/retention/listed.ts';
import type { Destination, VerifiedProvider } from '../../src/ports/destination.ts';
import type { VersionStore } from '../../src/ports/version-store.ts';
import { type ContractReleases, contractReleases, deliver, viewOf } from './destination-releases.ts';

export interface VersionStoreSubject extends AsyncDisposable {
  /** As for DestinationSubject, with what cleanup sees of the same place. */
  open(options?: {
    readonly dieAfter?: number;
  }): Promise<{ readonly destination: Destination; readonly store: VersionStore }>;
  clientView(address: ProviderAddress): Promise<readonly string[]>;
}

const MAX_OPERATIONS = 100;

/** What every VersionStore does. `makeSubject` makes an empty place; `dyingStride` as of DestinationCapabilities. */
export function describeVersionStoreContract(
  name: string,
  makeSubject: () => Promise<VersionStoreSubject>,
  { dyingStride = 1 }: { readonly dyingStride?: number } = {},
): void {
  let releases: ContractReleases;
  beforeAll(async () => {
    releases = await contractReleases();
  });

  const filled = async (): Promise<VersionStoreSubject> => {
    const subject = await makeSubject();
    const { destination } = await subject.open();
    await deliver(destination, releases.first);
    await deliver(destination, releases.second);
    return subject;
  };
  const held = async (store: VersionStore) => {
    const [provider] = await store.listProviders();
    if (provider === undefined) throw new Error('The store holds no provider.');
    return provider;
  };
  const seen = async (subject: VersionStoreSubject, ...wanted: readonly VerifiedProvider[]) =>
    expect(await subject.clientView(releases.first.address)).toEqual(viewOf(...wanted));

  describe(`the version store contract: ${name}`, () => {
    it('holds nothing at first', async () => {
      await using subject = await makeSubject();
      const { store } = await subject.open();
      expect(await store.listProviders()).toEqual([]);
      expect(store.description).not.toBe('');
    });

    it('lists what was delivered', async () => {
      await using subject = await filled();
      const { store } = await subject.open();
      const providers = await store.listProviders();
      expect(providers).toHaveLength(1);
      expect(providers[0]).toMatchObject({ type: 'anvil', own: true });
      const versions = await store.listVersions(await held(store));
      expect(versions.map(({ text }) => text).toSorted()).toEqual(['1.0.0', '1.1.0']);
      for (const version of versions) {
        expect(version.platformCount).toBe(2);
        expect(isComplete(version)).toBe(true);
      }
    });

    it('tells people what it holds: every package by its digest', async () => {
      await using subject = await filled();
      const { store } = await subject.open();
      const holdings = (await store.holdings?.(await held(store))) ?? [];
      if (store.holdings === undefined) return;
      const versionOf = (version: string) => holdings.find((each) => each.version === version);
      for (const release of [releases.first, releases.second]) {
        const found = versionOf(release.version.canonical);
        expect(found?.complete).toBe(true);
        const digests = release.files.map(({ platform, sha256 }) => `${formatPlatform(platform)} ${sha256}`);
        const told = (found?.packages ?? []).map(({ platform, sha256 }) => `${platform} ${sha256}`);
        expect(new Set(told)).toEqual(new Set(digests));
      }
      expect(holdings).toHaveLength(2);
    });

    it('says that a provider is not there when its versions are to be listed', async () => {
      await using subject = await filled();
      const { store } = await subject.open();
      const absent = { ...(await held(store)), name: 'registry.terraform.io/acme/absent', type: 'absent' };
      const address = absent.address && { ...absent.address, type: 'absent' };
      const listed = store.listVersions({ ...absent, address });
      await expect(listed).rejects.toMatchObject({ code: 'DestinationNotFound' });
    });

    it('deletes a version once, says "gone" afterwards, and leaves the others', async () => {
      await using subject = await filled();
      const { store } = await subject.open();
      const provider = await held(store);
      expect(await store.deleteVersion(provider, '1.0.0')).toBe('deleted');
      await seen(subject, releases.second);
      expect(await store.deleteVersion(provider, '1.0.0')).toBe('gone');
      expect((await store.listVersions(provider)).map(({ text }) => text)).toEqual(['1.1.0']);
      await seen(subject, releases.second);
    });

    it('takes a version again that was deleted', async () => {
      await using subject = await filled();
      const { store, destination } = await subject.open();
      await store.deleteVersion(await held(store), '1.0.0');
      expect(await deliver(destination, releases.first)).toBe('publish');
      await seen(subject, releases.first, releases.second);
    });

    it('leaves nothing half visible when a deletion breaks off, and ends it the next time', async () => {
      for (let dieAfter = 0; dieAfter <= MAX_OPERATIONS; dieAfter += dyingStride) {
        await using subject = await filled();
        const provider = await held((await subject.open()).store);
        const dying = await subject.open({ dieAfter });
        const lived = await dying.store.deleteVersion(provider, '1.0.0').then(
          () => true,
          () => false,
        );
        const { first, second } = releases;
        const view = await subject.clientView(first.address);
        expect([viewOf(first, second), viewOf(second)]).toContainEqual(view);
        const { store, destination } = await subject.open();
        const again = await store.deleteVersion(provider, '1.0.0');
        expect(lived ? ['gone'] : ['deleted', 'gone']).toContain(again);
        await seen(subject, second);
        expect((await store.listVersions(provider)).map(({ text }) => text)).toEqual(['1.1.0']);
        expect(await deliver(destination, first)).toBe('publish');
        await seen(subject, first, second);
        if (lived) return;
      }
      throw new Error(`A deletion takes more than ${MAX_OPERATIONS} operations.`);
    }, 120_000);
  });
}
