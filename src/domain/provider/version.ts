import { SemVer } from 'semver';

/**
 * A provider version by Terraform's reading (apparentlymart/go-versions): three numbers, the missing
 * ones zero, optional prerelease and build metadata.
 */
export interface Version {
  /** As the registry or the config writes it: "1.0", "5.100.0", "2.0.0-beta1+build.3". */
  readonly text: string;
  /** All three numbers, prerelease and build: "1.0.0". What Terraform asks a registry for. */
  readonly canonical: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** "" when stable. */
  readonly prerelease: string;
  /** "" when there is none. */
  readonly build: string;
}

/** The longest version text that is read: the limit of `semver`, which orders the versions. */
export const MAX_VERSION_LENGTH = 256;

const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';

// Terraform reads a single dash at the end ("1.2.3-") as no prerelease at all.
/** The grammar of a version, for patterns that contain one. Groups: numbers, prerelease, build. */
export const VERSION_PATTERN = `(\\d+(?:\\.\\d+){0,2})(?:-(${IDENTIFIERS}))?(?:\\+(${IDENTIFIERS}))?-?`;

const VERSION = new RegExp(`^${VERSION_PATTERN}$`);

/**
 * Returns the version, or undefined when Terraform could not read `text` as one. Refused beyond Terraform:
 * more than 256 characters, numbers above 2^53 - 1, and empty prerelease identifiers ("1.2.3-.a").
 */
export function parseVersion(text: string): Version | undefined {
  if (text.length > MAX_VERSION_LENGTH) return undefined;
  const match = VERSION.exec(text);
  if (!match) return undefined;
  const [, numbers = '', prerelease = '', build = ''] = match;
  const [major = 0, minor = 0, patch = 0] = numbers.split('.').map(Number);
  if (![major, minor, patch].every(Number.isSafeInteger)) return undefined;
  const canonical =
    `${major}.${minor}.${patch}` +
    (prerelease === '' ? '' : `-${prerelease}`) +
    (build === '' ? '' : `+${build}`);
  if (canonical.length > MAX_VERSION_LENGTH) return undefined;
  return { text, canonical, major, minor, patch, prerelease, build };
}

/** How many of the three numbers `version` was written with. */
export function writtenNumbers(version: Version): 1 | 2 | 3 {
  const dots = /^[\d.]*/.exec(version.text)?.[0].split('.').length ?? 3;
  return dots === 1 || dots === 2 ? dots : 3;
}

export function isPrerelease(version: Version): boolean {
  return version.prerelease !== '';
}

const semverOf = (version: Version): SemVer => new SemVer(version.canonical, { loose: true });

/** SemVer precedence, in which build metadata counts for nothing. */
export function comparePrecedence(a: Version, b: Version): number {
  return semverOf(a).compare(semverOf(b));
}

/**
 * A total order, oldest first: SemVer precedence, then build metadata, then the canonical text, so that 0
 * means `sameVersion`. It differs from Terraform's own order only between prereleases of one version
 * ("1.0.0-alpha.1" and "1.0.0-beta"), which Terraform never chooses between.
 */
export function compareVersions(a: Version, b: Version): number {
  if (a.canonical === b.canonical) return 0;
  const left = semverOf(a);
  const right = semverOf(b);
  return left.compare(right) || left.compareBuild(right) || (a.canonical < b.canonical ? -1 : 1);
}

/** Equal in Terraform's sense: "1.0" and "1.0.0" are the same version. */
export function sameVersion(a: Version, b: Version): boolean {
  return a.canonical === b.canonical;
}
