import { compareVersions, isPrerelease } from '../provider/version.ts';
import type { Candidate } from './candidate.ts';
import type { RetentionPolicy } from './policy.ts';
import { type KeepRule, keep, type RetentionVerdict, remove } from './reasons.ts';

/** The complete versions of a provider, newest first, stable and prerelease apart. */
interface Ranking {
  readonly stable: readonly Candidate[];
  readonly prereleases: readonly Candidate[];
  /** How many of the prereleases are newer than every stable version. */
  readonly ahead: number;
}

/**
 * The rules that count. Incomplete versions take no part: nobody can install them.
 *
 * Of the prereleases, those newer than every stable version have N places of their own. The others are
 * kept only as far as stable versions leave some of the N places empty, so a prerelease never takes a
 * stable version's place and never fewer than N versions stay while there are that many.
 */
export function rankVersions(candidates: readonly Candidate[], policy: RetentionPolicy) {
  const complete = candidates.filter((candidate) => candidate.complete);
  const stable = complete.filter(({ version }) => !isPrerelease(version));
  const prereleases = complete.filter(({ version }) => isPrerelease(version));
  const newest = stable[0];
  const ahead = newest
    ? prereleases.filter((candidate) => isNewer(candidate, newest)).length
    : prereleases.length;
  const ranking: Ranking = { stable, prereleases, ahead };
  return {
    rules: [newestStable(ranking), amongNewest(ranking, policy), newestOfMajor(ranking, policy)],
    leftOver: leftOver(ranking, policy),
  };
}

function newestStable({ stable }: Ranking): KeepRule {
  return (candidate) =>
    candidate === stable[0] ? keep('newest-stable', 'the newest stable version') : undefined;
}

function amongNewest({ stable, prereleases, ahead }: Ranking, policy: RetentionPolicy): KeepRule {
  const stableKept = new Set(stable.slice(0, policy.keep));
  const aheadKept = new Set(prereleases.slice(0, Math.min(ahead, policy.keep)));
  const filling = new Set(prereleases.slice(0, Math.max(policy.keep - stable.length, 0)));
  return (candidate) => {
    if (stableKept.has(candidate)) {
      return keep('among-newest-stable', `one of the ${newestOf(policy.keep, 'stable version')}`);
    }
    if (aheadKept.has(candidate)) {
      return keep('among-newest-prereleases', `one of the ${newestOf(policy.keep, 'prerelease')}`);
    }
    if (!filling.has(candidate)) return undefined;
    return keep('fills-up', `fewer than ${policy.keep} stable versions, so this prerelease fills a place`);
  };
}

function newestOfMajor({ stable }: Ranking, { keepMajors = 0 }: RetentionPolicy): KeepRule {
  const newestByMajor = new Map<number, Candidate>();
  for (const candidate of stable) {
    const { major } = candidate.version;
    if (!newestByMajor.has(major)) newestByMajor.set(major, candidate);
  }
  const kept = new Set([...newestByMajor.values()].slice(0, keepMajors));
  return (candidate) =>
    kept.has(candidate)
      ? keep('newest-of-major', `the newest stable version of major ${candidate.version.major}`)
      : undefined;
}

/** Why a complete version goes that no rule keeps. */
function leftOver({ stable }: Ranking, policy: RetentionPolicy) {
  return (candidate: Candidate): RetentionVerdict => {
    if (!isPrerelease(candidate.version)) {
      return remove('beyond-newest-stable', `older than the ${newestOf(policy.keep, 'stable version')}`);
    }
    const newest = stable[0];
    return newest && isNewer(newest, candidate)
      ? remove(
          'superseded-prerelease',
          `a prerelease older than the newest stable version ${newest.version.text}`,
        )
      : remove('beyond-newest-prereleases', `older than the ${newestOf(policy.keep, 'prerelease')}`);
  };
}

function isNewer(a: Candidate, b: Candidate): boolean {
  // Stryker disable next-line EqualityOperator: no two candidates are equal.
  return compareVersions(a.version, b.version) > 0;
}

function newestOf(count: number, noun: string): string {
  return count === 1 ? `newest ${noun}` : `${count} newest ${noun}s`;
}
