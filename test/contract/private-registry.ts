import { beforeAll, describe, expect, it } from 'vitest';
import type { PrivateRegistry } from '../../src/adapters/tfe/contract.ts';
import type { PresentShasums, PresentSignature } from '../../src/adapters/tfe/plan/present.ts';
import { parseShasums } from '../../src/domain/integrity/shasums.ts';
import { HASHICORP_KEY_ID } from '../../src/domain/integrity/signing-key.ts';
import { makeSampleRelease, type SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey, type SampleSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { SigningKeys } from '../../src/ports/signing-keys.ts';
import { DARWIN, LINUX, versionOf } from '../support/sync-world.ts';
import { inChunks, readAll } from './bytes.ts';

export interface PrivateRegistrySubject extends AsyncDisposable {
  readonly registry: PrivateRegistry;
  readonly signingKeys: SigningKeys;
}

const V1 = versionOf('1.0.0');
const PROTOCOLS = ['5.0'] as const;

/** What every PrivateRegistry does. `makeSubject` makes one of an organization "example" with nothing in it. */
export function describePrivateRegistryContract(
  name: string,
  makeSubject: () => Promise<PrivateRegistrySubject>,
): void {
  let key: SampleSigningKey;
  let release: SampleRelease;

  beforeAll(async () => {
    key = await makeSigningKey({ name: 'Acme' });
    const platforms = [LINUX, DARWIN];
    release = await makeSampleRelease({ namespace: 'acme', type: 'anvil', version: '1.0.0', platforms, key });
  });

  const packageOf = (index: number) => {
    const pkg = release.packages[index];
    if (!pkg) throw new Error(`There is no package ${index}.`);
    return { platform: pkg.platform, filename: pkg.filename, shasum: pkg.sha256 };
  };
  const withVersion = async (
    { registry, signingKeys }: PrivateRegistrySubject,
    version = V1,
  ): Promise<void> => {
    await signingKeys.add(key);
    await registry.createProvider('anvil');
    await registry.createVersion('anvil', version, { keyId: key.keyId, protocols: PROTOCOLS });
  };

  describe(`the private registry contract: ${name}`, () => {
    it("names a provider by its organization and type in Terraform's source", async () => {
      await using subject = await makeSubject();
      expect(subject.registry.organization).toBe('example');
      expect(subject.registry.sourceAddress('anvil')).toMatch(/^[^/]+\/example\/anvil$/);
    });

    describe('reading', () => {
      it('tells an absent provider from an absent version', async () => {
        await using subject = await makeSubject();
        const { registry } = subject;
        expect(await registry.readProviderVersion('anvil', V1)).toEqual({
          provider: false,
          version: undefined,
        });
        await registry.createProvider('anvil');
        expect(await registry.readProviderVersion('anvil', V1)).toEqual({
          provider: true,
          version: undefined,
        });
      });

      it('shows a version file by file as it grows', async () => {
        await using subject = await makeSubject();
        const { registry } = subject;
        await withVersion(subject);
        const read = async () => (await registry.readProviderVersion('anvil', V1)).version;
        const missing = { shasums: { state: 'missing' }, signature: { state: 'missing' } };
        expect(await read()).toEqual({
          version: V1,
          keyId: key.keyId,
          protocols: PROTOCOLS,
          platforms: [],
          ...missing,
        });
        await registry.createPlatform('anvil', V1, packageOf(0));
        expect(await read()).toMatchObject({
          platforms: [{ ...packageOf(0), uploaded: false }],
          ...missing,
        });
        await registry.packageSink('anvil', V1, LINUX).send(inChunks(Buffer.from('package')), undefined);
        expect(await read()).toMatchObject({ platforms: [{ ...packageOf(0), uploaded: true }], ...missing });
        await registry.uploadShasums('anvil', V1, release.shasums);
        const shasums = { state: 'uploaded', shasums: parseShasums(release.shasums) };
        expect(await read()).toMatchObject({ shasums, signature: { state: 'missing' } });
        await registry.uploadShasumsSignature('anvil', V1, release.signature);
        const after = await read();
        expect(after).toMatchObject({ shasums, signature: { state: 'uploaded' } });
        expect([after?.shasums, after?.signature].map(bytesOf)).toEqual([
          Buffer.from(release.shasums),
          Buffer.from(release.signature),
        ]);
      });

      it.each(['1.0.0-beta.1', '1.0.0+build.3', '1.0.0-rc1+20260101'])(
        'finds version %s again',
        async (text) => {
          await using subject = await makeSubject();
          await withVersion(subject, versionOf(text));
          const present = await subject.registry.readProviderVersion('anvil', versionOf(text));
          expect(present.version?.version.text).toBe(text);
          expect((await subject.registry.readProviderVersion('anvil', V1)).version).toBeUndefined();
        },
      );

      it('lists the providers and the versions of one', async () => {
        await using subject = await makeSubject();
        const { registry } = subject;
        expect(await registry.listProviders()).toEqual([]);
        await withVersion(subject);
        await registry.createPlatform('anvil', V1, packageOf(0));
        await registry.uploadShasums('anvil', V1, release.shasums);
        expect(await registry.listProviders()).toEqual([
          { name: 'anvil', namespace: 'example', registryName: 'private' },
        ]);
        expect(await registry.listVersions('anvil')).toEqual([
          {
            text: '1.0.0',
            createdAt: expect.any(Date),
            shasumsUploaded: true,
            shasumsSignatureUploaded: false,
            platformCount: 1,
            keyId: expect.stringMatching(/^[0-9A-F]{16}$/),
          },
        ]);
      });

      it('says that a provider is not there when its versions are to be listed', async () => {
        await using subject = await makeSubject();
        const listing = subject.registry.listVersions('anvil');
        await expect(listing).rejects.toMatchObject({ code: 'DestinationNotFound' });
      });
    });

    describe('creating', () => {
      it('creates each thing once, however often it is asked to', async () => {
        await using subject = await makeSubject();
        const { registry } = subject;
        for (const _ of ['once', 'twice']) {
          await withVersion(subject);
          await registry.createPlatform('anvil', V1, packageOf(0));
        }
        expect(await registry.listProviders()).toHaveLength(1);
        expect(await registry.listVersions('anvil')).toHaveLength(1);
        const { version } = await registry.readProviderVersion('anvil', V1);
        expect(version?.platforms).toHaveLength(1);
      });

      it('takes a version signed with the built-in key although the organization does not hold it', async () => {
        await using subject = await makeSubject();
        await subject.registry.createProvider('anvil');
        const attributes = { keyId: HASHICORP_KEY_ID, protocols: PROTOCOLS };
        await subject.registry.createVersion('anvil', V1, attributes);
        const { version } = await subject.registry.readProviderVersion('anvil', V1);
        expect(version?.keyId).toBe(HASHICORP_KEY_ID);
      });

      it('refuses a version signed with a key that the organization does not hold', async () => {
        await using subject = await makeSubject();
        await subject.registry.createProvider('anvil');
        const creation = subject.registry.createVersion('anvil', V1, {
          keyId: key.keyId,
          protocols: PROTOCOLS,
        });
        await expect(creation).rejects.toMatchObject({ code: 'DestinationRejected' });
      });

      it('refuses a version of a provider that is not there', async () => {
        await using subject = await makeSubject();
        await subject.signingKeys.add(key);
        const creation = subject.registry.createVersion('anvil', V1, {
          keyId: key.keyId,
          protocols: PROTOCOLS,
        });
        await expect(creation).rejects.toMatchObject({ code: 'DestinationNotFound' });
      });

      it('refuses a platform of a version that is not there', async () => {
        await using subject = await makeSubject();
        await subject.registry.createProvider('anvil');
        const creation = subject.registry.createPlatform('anvil', V1, packageOf(0));
        await expect(creation).rejects.toMatchObject({ code: 'DestinationNotFound' });
      });

      it('calls a version that is there with another key a conflict and leaves it', async () => {
        await using subject = await makeSubject();
        await withVersion(subject);
        const attributes = { keyId: HASHICORP_KEY_ID, protocols: PROTOCOLS };
        const creation = subject.registry.createVersion('anvil', V1, attributes);
        await expect(creation).rejects.toMatchObject({ code: 'VersionConflict' });
        const { version } = await subject.registry.readProviderVersion('anvil', V1);
        expect(version?.keyId).toBe(key.keyId);
      });

      it.each([
        ['shasum', () => ({ ...packageOf(0), shasum: packageOf(1).shasum })],
        ['filename', () => ({ ...packageOf(0), filename: 'another.zip' })],
      ])('calls a platform that is there with another %s a conflict and leaves it', async (_, other) => {
        await using subject = await makeSubject();
        await withVersion(subject);
        await subject.registry.createPlatform('anvil', V1, packageOf(0));
        const creation = subject.registry.createPlatform('anvil', V1, other());
        await expect(creation).rejects.toMatchObject({ code: 'VersionConflict' });
        const { version } = await subject.registry.readProviderVersion('anvil', V1);
        expect(version?.platforms).toEqual([{ ...packageOf(0), uploaded: false }]);
      });
    });

    describe('uploading', () => {
      it.each([
        ['SHA256SUMS', 'uploadShasums', 'shasums'],
        ['the signature', 'uploadShasumsSignature', 'signature'],
      ] as const)('takes %s once and calls another one a conflict', async (_, upload, file) => {
        await using subject = await makeSubject();
        const { registry } = subject;
        await withVersion(subject);
        const bytes = release[file];
        await registry[upload]('anvil', V1, bytes);
        await registry[upload]('anvil', V1, bytes);
        const another = registry[upload]('anvil', V1, bytes.subarray(1));
        await expect(another).rejects.toMatchObject({ code: 'VersionConflict' });
        const { version } = await registry.readProviderVersion('anvil', V1);
        expect(bytesOf(version?.[file])).toEqual(Buffer.from(bytes));
      });

      it('refuses SHA256SUMS of a version that is not there', async () => {
        await using subject = await makeSubject();
        await subject.registry.createProvider('anvil');
        const upload = subject.registry.uploadShasums('anvil', V1, release.shasums);
        await expect(upload).rejects.toMatchObject({ code: 'DestinationNotFound' });
      });

      it('gives back the package that was sent, and keeps the first one', async () => {
        await using subject = await makeSubject();
        const { registry } = subject;
        await withVersion(subject);
        await registry.createPlatform('anvil', V1, packageOf(0));
        const sink = registry.packageSink('anvil', V1, LINUX);
        await sink.send(inChunks(Buffer.from('first')), 5);
        await sink.send(inChunks(Buffer.from('second')), 6);
        const stored = await registry.storedPackage('anvil', V1, LINUX).open();
        expect((await readAll(stored)).toString()).toBe('first');
      });

      it('refuses a package for a platform that is not there', async () => {
        await using subject = await makeSubject();
        await withVersion(subject);
        const sent = subject.registry.packageSink('anvil', V1, LINUX).send(inChunks(Buffer.from('x')), 1);
        await expect(sent).rejects.toMatchObject({ code: 'DestinationNotFound' });
      });

      it('says that a package is not there before it is sent', async () => {
        await using subject = await makeSubject();
        await withVersion(subject);
        await subject.registry.createPlatform('anvil', V1, packageOf(0));
        const opened = subject.registry.storedPackage('anvil', V1, LINUX).open();
        await expect(opened).rejects.toMatchObject({ code: 'DestinationNotFound' });
      });
    });

    describe('deleting', () => {
      it('deletes a version once and says "gone" afterwards', async () => {
        await using subject = await makeSubject();
        await withVersion(subject);
        await withVersion(subject, versionOf('1.1.0'));
        expect(await subject.registry.deleteVersion('anvil', '1.0.0')).toBe('deleted');
        expect(await subject.registry.deleteVersion('anvil', '1.0.0')).toBe('gone');
        const left = await subject.registry.listVersions('anvil');
        expect(left.map(({ text }) => text)).toEqual(['1.1.0']);
      });

      it('does not call a version of an absent provider gone', async () => {
        await using subject = await makeSubject();
        const deletion = subject.registry.deleteVersion('anvil', '1.0.0');
        await expect(deletion).rejects.toMatchObject({ code: 'DestinationNotFound' });
      });
    });
  });
}

function bytesOf(file: PresentShasums | PresentSignature | undefined): Buffer {
  return Buffer.from(file?.state === 'uploaded' ? file.bytes : []);
}
