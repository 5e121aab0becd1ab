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
 * A name that says another provider or platform throws UpstreamResponseInvalid. Another version is returned as a
 * remark, because publishers have uploaded such files themselves. A name of another form says nothing.
 */
export function remarkOnPackageName(
  { filename, platform }: ReleasePackage,
  address: ProviderAddress,
  version: Version,
): string | undefined {
  const match = PACKAGE_NAME.exec(filename);
  if (match === null) return undefined;
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
  return `The package of ${wanted} is called ${quote(filename)}, which names another version.`;
}

/** "armv6" and the like are names of nothing that a config could ask for. */
function isKnown(os: string, arch: string): boolean {
  return KNOWN_OS.some((known) => known === os) && KNOWN_ARCH.some((known) => known === arch);
}
