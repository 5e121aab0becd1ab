import { DEFAULT_HOSTNAME } from '../../src/domain/provider/address.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import type { PackageContents } from '../../src/embedded/sample-registry/package-contents.ts';
import type { FakeRelease } from './public-registry.ts';

/** A sample release as the fake public registry holds it: the same bytes, in memory. */
export async function fakeReleaseOf(
  release: SampleRelease,
  hostname = DEFAULT_HOSTNAME,
): Promise<FakeRelease> {
  const { namespace, type, version, protocols, shasums, signature } = release;
  return {
    address: { hostname, namespace, type },
    version,
    protocols,
    packages: await Promise.all(
      release.packages.map(async ({ platform, filename, contents }) => ({
        platform,
        filename,
        bytes: await readAll(contents),
      })),
    ),
    shasums,
    shasumsSignature: signature,
    signingKeys: release.signingKeys.map(({ keyId, asciiArmor }) => ({
      claimedKeyId: keyId,
      asciiArmor,
      source: undefined,
    })),
  };
}

async function readAll(contents: PackageContents): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(contents.read(0, contents.size)));
}
