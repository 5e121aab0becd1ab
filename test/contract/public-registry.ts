import { beforeAll, describe, expect, it } from 'vitest';
import { makeSampleRelease, type SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey, type SampleSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { PublicRegistry } from '../../src/ports/public-registry.ts';
import { DARWIN, LINUX, versionOf, WINDOWS } from '../support/sync-world.ts';
import { readAll } from './bytes.ts';

export interface PublicRegistrySubject extends AsyncDisposable {
  readonly registry: PublicRegistry;
}

const ANVIL = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };

/** What every PublicRegistry does. `makeSubject` makes one that offers `releases` at registry.terraform.io. */
export function describePublicRegistryContract(
  name: string,
  makeSubject: (releases: readonly SampleRelease[]) => Promise<PublicRegistrySubject>,
): void {
  let key: SampleSigningKey;
  let releases: readonly SampleRelease[];

  beforeAll(async () => {
    key = await makeSigningKey({ name: 'Acme' });
    const anvil = { namespace: 'acme', type: 'anvil', key };
    releases = await Promise.all([
      makeSampleRelease({ ...anvil, version: '1.0.0', platforms: [LINUX, DARWIN] }),
      makeSampleRelease({ ...anvil, version: '2.0', platforms: [LINUX], protocols: ['5.0', '6.1'] }),
      makeSampleRelease({ ...anvil, version: '3.0.0-rc.1+build.7', platforms: [LINUX], urls: 'absolute' }),
      makeSampleRelease({ ...anvil, version: 'nightly', platforms: [LINUX] }),
    ]);
  });

  describe(`the public registry contract: ${name}`, () => {
    it('lists every version that Terraform could read, as the registry writes it', async () => {
      await using subject = await makeSubject(releases);
      const listed = await subject.registry.listVersions(ANVIL);
      expect(listed.map(({ version, protocols, platforms }) => [version.text, protocols, platforms])).toEqual(
        [
          ['1.0.0', ['5.0'], [LINUX, DARWIN]],
          ['2.0', ['5.0', '6.1'], [LINUX]],
          ['3.0.0-rc.1+build.7', ['5.0'], [LINUX]],
        ],
      );
    });

    it.each([
      ['provider', { ...ANVIL, type: 'hammer' }],
      ['namespace', { ...ANVIL, namespace: 'globex' }],
    ])('says that a provider is not found when its %s is unknown', async (_, address) => {
      await using subject = await makeSubject(releases);
      await expect(subject.registry.listVersions(address)).rejects.toMatchObject({
        code: 'ProviderNotFound',
        message: expect.stringContaining(address.type),
      });
    });

    it.each(['1.0.0', '2.0', '3.0.0-rc.1+build.7'])('describes a package of version %s', async (text) => {
      await using subject = await makeSubject(releases);
      const release = releases.find(({ version }) => version === text) as SampleRelease;
      const pkg = await subject.registry.readPackage(ANVIL, versionOf(text), LINUX);
      expect(pkg).toMatchObject({
        platform: LINUX,
        filename: `terraform-provider-anvil_${text}_linux_amd64.zip`,
        shasum: release.packages[0]?.sha256,
        protocols: release.protocols,
        signingKeys: [{ claimedKeyId: key.keyId, asciiArmor: key.asciiArmor }],
      });
      for (const url of [pkg.downloadUrl, pkg.shasumsUrl, pkg.shasumsSignatureUrl]) {
        expect(new URL(url).protocol).toMatch(/^https?:$/);
      }
    });

    it.each([
      ['platform', '1.0.0', WINDOWS],
      ['version', '1.0.1', LINUX],
      ['spelling of the version', '2.0.0', LINUX],
    ])('says that a package is not found when its %s is not offered', async (_, text, platform) => {
      await using subject = await makeSubject(releases);
      await expect(subject.registry.readPackage(ANVIL, versionOf(text), platform)).rejects.toMatchObject({
        code: 'PlatformNotFound',
        message: expect.stringContaining(text),
      });
    });

    it('reads the exact bytes of SHA256SUMS and of its signature', async () => {
      await using subject = await makeSubject(releases);
      const pkg = await subject.registry.readPackage(ANVIL, versionOf('1.0.0'), DARWIN);
      const { shasums, signature } = await subject.registry.readShasums(pkg);
      expect(Buffer.from(shasums)).toEqual(Buffer.from(releases[0]?.shasums ?? []));
      expect(Buffer.from(signature)).toEqual(Buffer.from(releases[0]?.signature ?? []));
    });

    it.each(['shasumsUrl', 'shasumsSignatureUrl'] as const)(
      'says that a release file is missing when %s leads nowhere',
      async (property) => {
        await using subject = await makeSubject(releases);
        const pkg = await subject.registry.readPackage(ANVIL, versionOf('1.0.0'), LINUX);
        const lost = { ...pkg, [property]: `${pkg[property]}.lost` };
        await expect(subject.registry.readShasums(lost)).rejects.toMatchObject({
          code: 'ReleaseFileMissing',
        });
      },
    );

    it('reads the bytes of a package', async () => {
      await using subject = await makeSubject(releases);
      const pkg = await subject.registry.readPackage(ANVIL, versionOf('1.0.0'), DARWIN);
      const opened = await subject.registry.packageSource(pkg).open();
      const contents = releases[0]?.packages[1]?.contents;
      const expected: Uint8Array[] = [];
      for await (const chunk of contents?.read(0, contents.size) ?? []) expected.push(chunk);
      expect(await readAll(opened)).toEqual(Buffer.concat(expected));
      expect(opened.size).toBe(contents?.size);
    });

    it('says that a release file is missing when a package is opened that is not there', async () => {
      await using subject = await makeSubject(releases);
      const pkg = await subject.registry.readPackage(ANVIL, versionOf('1.0.0'), LINUX);
      const source = subject.registry.packageSource({ ...pkg, downloadUrl: `${pkg.downloadUrl}.lost` });
      await expect(source.open()).rejects.toMatchObject({ code: 'ReleaseFileMissing' });
    });
  });
}
