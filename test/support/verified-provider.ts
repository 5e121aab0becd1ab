import { verifyRelease } from '../../src/domain/integrity/verify-release.ts';
import { DEFAULT_HOSTNAME } from '../../src/domain/provider/address.ts';
import type { Platform } from '../../src/domain/provider/platform.ts';
import { formatPlatform, samePlatform } from '../../src/domain/provider/platform.ts';
import { parseVersion } from '../../src/domain/provider/version.ts';
import type { SamplePackage, SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import type { ByteSource } from '../../src/ports/bytes.ts';
import type { VerifiedProvider } from '../../src/ports/destination.ts';

/** A sample release after all that is proved before bytes pass, each package with its bytes as the source. */
export async function verifiedProviderOf(
  release: SampleRelease,
  options: { readonly hostname?: string; readonly platforms?: readonly Platform[] } = {},
): Promise<VerifiedProvider> {
  const { platforms } = options;
  const packages = release.packages.filter(
    ({ platform }) => platforms === undefined || platforms.some((wanted) => samePlatform(wanted, platform)),
  );
  const version = parseVersion(release.version);
  if (version === undefined) throw new Error(`${release.version} is no version.`);
  const { namespace, type } = release;
  const verified = await verifyRelease({
    address: { hostname: options.hostname ?? DEFAULT_HOSTNAME, namespace, type },
    version,
    packages: packages.map(({ platform, filename, sha256 }) => ({
      platform,
      filename,
      shasum: sha256,
      protocols: release.protocols,
      downloadUrl: 'https://releases.example.com/package',
      shasumsUrl: 'https://releases.example.com/shasums',
      shasumsSignatureUrl: 'https://releases.example.com/signature',
      signingKeys: release.signingKeys.map(({ keyId, asciiArmor }) => ({
        claimedKeyId: keyId,
        asciiArmor,
        source: undefined,
      })),
    })),
    shasums: release.shasums,
    signature: release.signature,
    pinnedKeyId: undefined,
    now: new Date('2026-11-01T00:00:00Z'),
  });
  const files = verified.files.map((file) => ({
    ...file,
    source: sourceOf(packageFor(release, file.platform)),
  }));
  return { ...verified, files };
}

function packageFor(release: SampleRelease, platform: Platform): SamplePackage {
  const found = release.packages.find((pkg) => samePlatform(pkg.platform, platform));
  if (found === undefined) throw new Error(`The release has no package for ${formatPlatform(platform)}.`);
  return found;
}

function sourceOf({ filename, contents }: SamplePackage): ByteSource {
  return {
    name: filename,
    open: async () => ({
      size: contents.size,
      etag: undefined,
      offset: 0,
      body: contents.read(0, contents.size),
    }),
  };
}
