import { samePlatform } from '../../../domain/provider/platform.ts';
import type { ReleasePackage, VerifiedRelease } from '../../../domain/provider/release.ts';
import type { VersionDifference } from './plan.ts';
import type { PresentVersion } from './present.ts';

/**
 * What the private registry holds of the release's version that cannot become the release without overwriting:
 * the signing key, then package by package in the release's order, then SHA256SUMS and its signature.
 */
export function findDifferences(
  release: VerifiedRelease,
  present: PresentVersion,
): readonly VersionDifference[] {
  return [
    ...signingKeyDifference(release, present),
    ...release.files.flatMap((pkg) => packageDifferences(pkg, present)),
    ...shasumsDifference(release, present),
    ...signatureDifference(release, present),
  ];
}

function signingKeyDifference(
  { signingKey }: VerifiedRelease,
  { keyId }: PresentVersion,
): readonly VersionDifference[] {
  if (keyId.toUpperCase() === signingKey.keyId.toUpperCase()) return [];
  return [{ what: 'signing-key', platform: undefined, present: keyId, upstream: signingKey.keyId }];
}

function packageDifferences(pkg: ReleasePackage, present: PresentVersion): readonly VersionDifference[] {
  const { platform } = pkg;
  const differences: VersionDifference[] = [];
  for (const { filename, shasum } of present.platforms.filter((each) =>
    samePlatform(each.platform, platform),
  )) {
    if (shasum !== pkg.sha256) {
      differences.push({ what: 'shasum', platform, present: shasum, upstream: pkg.sha256 });
    }
    if (filename !== pkg.filename) {
      differences.push({ what: 'filename', platform, present: filename, upstream: pkg.filename });
    }
  }
  if (present.shasums.state === 'missing') return differences;
  const listed = present.shasums.shasums.entries.get(pkg.filename);
  if (listed !== pkg.sha256) {
    const line = listed ?? `no line for ${pkg.filename}`;
    differences.push({ what: 'shasums-file', platform, present: line, upstream: pkg.sha256 });
  }
  return differences;
}

/**
 * A stored SHA256SUMS that differs in other packages' lines alone is as good as upstream's while its own
 * signature stands beside it; without one, upstream's signature could never fit it.
 */
function shasumsDifference(
  release: VerifiedRelease,
  { shasums, signature }: PresentVersion,
): readonly VersionDifference[] {
  if (shasums.state === 'missing' || signature.state === 'uploaded') return [];
  if (sameBytes(shasums.bytes, release.shasums)) return [];
  return [
    {
      what: 'shasums-file',
      platform: undefined,
      present: `a file of ${shasums.bytes.length} bytes without a signature`,
      upstream: `another, of ${release.shasums.length} bytes, that its signature fits`,
    },
  ];
}

function signatureDifference(
  release: VerifiedRelease,
  { shasums, signature }: PresentVersion,
): readonly VersionDifference[] {
  if (signature.state === 'missing' || shasums.state === 'uploaded') return [];
  if (sameBytes(signature.bytes, release.shasumsSignature)) return [];
  return [
    {
      what: 'signature-file',
      platform: undefined,
      present: `a signature of ${signature.bytes.length} bytes without SHA256SUMS`,
      upstream: `another, of ${release.shasumsSignature.length} bytes`,
    },
  ];
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
