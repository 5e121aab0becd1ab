import { SyncError } from '../errors.ts';
import { formatAddress, type ProviderAddress } from '../provider/address.ts';
import { formatPlatform, KNOWN_ARCH, KNOWN_OS, samePlatform } from '../provider/platform.ts';
import type { ReleasePackage } from '../provider/release.ts';
import { comparePrecedence, parseVersion, type Version } from '../provider/version.ts';
import { quote } from './untrusted-text.ts';

/** The name that the public registry asks of publishers; some put a "v" in front of the version. */
const PACKAGE_NAME = /^terraform-provider-([^_]+)_v?([^_]+)_([^_]+)_([^_]+)\.zip$/i;

/**
 * A package's name is the only word on what it is that the publisher signed, where all else is the registry's.
 * A name that says another provider or platform throws UpstreamResponseInvalid. One that says another version throws
 * PackageVersionMismatch: an old release, with its own SHA256SUMS and signature, may stand in a new version's place.
 * `allowOtherVersionNames` makes that a remark, for publishers who name their files so. A name of another form says
 * nothing.
 */
export function remarkOnPackageName(
  { filename, platform }: ReleasePackage,
  address: ProviderAddress,
  version: Version,
  { allowOtherVersionNames = false }: { readonly allowOtherVersionNames?: boolean | undefined } = {},
): string | undefined {
  const match = PACKAGE_NAME.exec(filename);
  if (match === null) return undefined;
  // Stryker disable next-line StringLiteral: a match has all four parts.
  const [, type = '', versionText = '', os = '', arch = ''] = match;
  const wanted = `${formatAddress(address)} ${version.canonical} for ${formatPlatform(platform)}`;
  const otherPlatform = isKnown(os, arch) && !samePlatform(platform, { os, arch });
  if (type.toLowerCase() !== address.type || otherPlatform) {
    const what = 'which by its name is for another provider or platform; nothing was uploaded';
    throw new SyncError(
      'UpstreamResponseInvalid',
      `The registry gives ${quote(filename)} as ${wanted}, ${what}.`,
    );
  }
  const said = parseVersion(versionText);
  if (said === undefined || comparePrecedence(said, version) === 0) return undefined;
  if (allowOtherVersionNames) {
    return `The package of ${wanted} is called ${quote(filename)}, which names another version; the config allows it.`;
  }
  throw new SyncError(
    'PackageVersionMismatch',
    `The registry gives ${quote(filename)} as ${wanted}. By the name that its publisher signed it is version ` +
      `${said.text}: another release may stand in this one's place; nothing was uploaded. Ask the publisher, and where ` +
      'the file is really this version set "allow-other-version-names" for the provider.',
  );
}

/** "armv6" and the like are names of nothing that a config could ask for. */
function isKnown(os: string, arch: string): boolean {
  return KNOWN_OS.some((known) => known === os) && KNOWN_ARCH.some((known) => known === arch);
}
