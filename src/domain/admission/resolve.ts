import type { RequestedVersion } from '../provider/requested-version.ts';
import { allows } from '../provider/resolve.ts';
import { compareVersions, type Version } from '../provider/version.ts';

/** The versions that a request may come to, each once, newest first, whatever the order of the listing. */
export function candidatesOf<T extends { readonly version: Version }>(
  requested: RequestedVersion,
  available: readonly T[],
): readonly T[] {
  const sorted = available
    .filter(({ version }) => allows(requested, version))
    .toSorted((a, b) => compareVersions(b.version, a.version));
  return sorted.filter(({ version }, index) => version.canonical !== sorted[index - 1]?.version.canonical);
}
