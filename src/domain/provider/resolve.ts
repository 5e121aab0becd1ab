import { satisfies } from './constraint.ts';
import type { RequestedVersion } from './requested-version.ts';
import { compareVersions, isPrerelease, sameVersion, type Version } from './version.ts';

/**
 * The newest of the available versions that the request allows, whatever their order; undefined when there
 * is none. A prerelease is chosen only when it is named exactly: a provider that has nothing but
 * prereleases has no latest version, as for Terraform.
 */
export function resolveVersion<T extends { readonly version: Version }>(
  requested: RequestedVersion,
  available: readonly T[],
): T | undefined {
  return available
    .filter(({ version }) => allows(requested, version))
    .reduce<T | undefined>(
      (newest, other) => (newest && compareVersions(newest.version, other.version) >= 0 ? newest : other),
      undefined,
    );
}

export function allows(requested: RequestedVersion, version: Version): boolean {
  if (requested.kind === 'latest') return !isPrerelease(version);
  return requested.kind === 'exact'
    ? sameVersion(requested.version, version)
    : satisfies(requested.constraint, version);
}
