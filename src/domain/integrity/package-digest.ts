import type { Sha256 } from '../artifact/sha256.ts';
import { formatPlatform } from '../provider/platform.ts';
import type { ReleasePackage } from '../provider/release.ts';
import type { IntegrityCheck } from './verdict.ts';

type PackageDigestCheck = IntegrityCheck & { readonly check: 'package-digest' };

/** The last check of the chain: `actual` is the digest of the package's bytes, as they passed or as they are stored. */
export function checkPackageDigest(pkg: ReleasePackage, actual: Sha256): PackageDigestCheck {
  const passed = actual === pkg.sha256;
  return {
    check: 'package-digest',
    subject: formatPlatform(pkg.platform),
    passed,
    detail: passed
      ? `the bytes of ${pkg.filename} have the SHA-256 that SHA256SUMS lists`
      : `the bytes of ${pkg.filename} have the SHA-256 ${actual}, SHA256SUMS lists ${pkg.sha256}`,
  };
}
