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

const VERSION = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]*))?(?:\+([0-9A-Za-z.-]*))?$/;

/** Returns the version, or undefined when Terraform could not read `text` as one. */
export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text);
  if (!match) return undefined;
  const [, major = '0', minor = '0', patch = '0', prerelease = '', build = ''] = match;
  const numbers = [major, minor, patch].map(Number) as [number, number, number];
  if (!numbers.every(Number.isSafeInteger)) return undefined;
  const canonical =
    numbers.join('.') + (prerelease === '' ? '' : `-${prerelease}`) + (build === '' ? '' : `+${build}`);
  return { text, canonical, major: numbers[0], minor: numbers[1], patch: numbers[2], prerelease, build };
}

export function isPrerelease(version: Version): boolean {
  return version.prerelease !== '';
}

/** Terraform's order: SemVer precedence, then build metadata so that the order is total. */
export function compareVersions(a: Version, b: Version): number {
  const left = new SemVer(a.canonical, { loose: true });
  return left.compare(b.canonical) || left.compareBuild(b.canonical);
}

/** Equal in Terraform's sense: "1.0" and "1.0.0" are the same version. */
export function sameVersion(a: Version, b: Version): boolean {
  return a.canonical === b.canonical;
}
