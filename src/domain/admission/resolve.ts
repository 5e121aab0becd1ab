import type { RequestedVersion } from '../provider/requested-version.ts';
import { allows } from '../provider/resolve.ts';
import { compareVersions, type Version } from '../provider/version.ts';
import type { AdmissionDecision } from './decide.ts';
import { type PassedOver, passedOver } from './words.ts';

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

export interface AdmittedVersion<T> {
  /** The newest that is let in; undefined when none is. */
  readonly found: T | undefined;
  /** The newer ones, newest first. */
  readonly passedOver: readonly PassedOver[];
}

/** The newest admitted version of a listing, where everything that decides is known already. */
export function resolveAdmitted<T extends { readonly version: Version }>(
  requested: RequestedVersion,
  available: readonly T[],
  decide: (candidate: T) => AdmissionDecision,
): AdmittedVersion<T> {
  const over: PassedOver[] = [];
  for (const candidate of candidatesOf(requested, available)) {
    const decision = decide(candidate);
    if (decision.outcome === 'admitted') return { found: candidate, passedOver: over };
    over.push(passedOver(candidate.version.canonical, decision));
  }
  return { found: undefined, passedOver: over };
}
