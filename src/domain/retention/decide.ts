import { satisfies, type VersionConstraint } from '../provider/constraint.ts';
import type { RequestedVersion } from '../provider/requested-version.ts';
import { type Candidate, readListing } from './candidate.ts';
import type { ListedVersion } from './listed.ts';
import type { RetentionPolicy } from './policy.ts';
import { rankVersions } from './ranking.ts';
import { type KeepRule, keep, type RetentionDecision, type RetentionVerdict, remove } from './reasons.ts';
import { requestedRule } from './requested.ts';

/** What the config wants of one provider. */
export interface ProviderWishes {
  /**
   * Every version request of every entry for the provider, and as an exact request each version that the
   * public registry resolves one of them to.
   */
  readonly requested: readonly RequestedVersion[];
  /** Constraints in Terraform's meaning: a prerelease only when it is named exactly. */
  readonly retain: readonly VersionConstraint[];
}

export interface RetentionInput {
  /** The whole listing of one provider, in any order. */
  readonly versions: readonly ListedVersion[];
  readonly policy: RetentionPolicy;
  readonly wishes: ProviderWishes;
  readonly now: Date;
}

/**
 * Decides every listed version exactly once: newest first, unreadable ones last. The first rule that
 * keeps a version gives the reason; a version that none keeps is deleted.
 */
export function decideRetention(input: RetentionInput): readonly RetentionDecision[] {
  const { policy, wishes, now } = input;
  const { candidates, unreadable } = readListing(input.versions);
  const ranking = rankVersions(candidates, policy);
  const rules = [
    requestedRule(candidates, wishes.requested),
    retainedRule(wishes.retain),
    unknownRule,
    ...ranking.rules,
    minimumAgeRule(policy, now),
  ];
  const judge = (candidate: Candidate): RetentionVerdict =>
    firstOf(rules, candidate) ??
    (candidate.complete ? ranking.leftOver(candidate) : judgeIncomplete(candidate, policy, now));

  return [
    ...candidates.flatMap((candidate) => {
      const verdict = judge(candidate);
      return candidate.texts.map((version) => ({ version, ...verdict }));
    }),
    ...unreadable.map((version) => ({
      version,
      ...keep('unreadable', 'Terraform cannot read it as a version'),
    })),
  ];
}

function firstOf(rules: readonly KeepRule[], candidate: Candidate): RetentionVerdict | undefined {
  for (const rule of rules) {
    const verdict = rule(candidate);
    if (verdict) return verdict;
  }
  return undefined;
}

function retainedRule(retain: readonly VersionConstraint[]): KeepRule {
  return ({ version }) => {
    const constraint = retain.find((constraint) => satisfies(constraint, version));
    return constraint && keep('retained', `on the config's retain list (${constraint.text})`);
  };
}

/** What nobody knows to be incomplete may be whole. */
function unknownRule({ completenessUnknown }: Candidate): RetentionVerdict | undefined {
  if (!completenessUnknown) return undefined;
  return keep('completeness-unknown', 'the registry does not say whether its release files are uploaded');
}

function minimumAgeRule({ minimumAgeDays }: RetentionPolicy, now: Date): KeepRule {
  return ({ createdAt }) => {
    if (minimumAgeDays === undefined) return undefined;
    if (!createdAt) return keep('creation-date-unknown', 'the registry does not say when it was created');
    return ageInDays(createdAt, now) < minimumAgeDays
      ? keep('younger-than-minimum-age', `younger than ${days(minimumAgeDays)}`)
      : undefined;
  };
}

function judgeIncomplete(
  { createdAt }: Candidate,
  { incompleteOlderThanDays }: RetentionPolicy,
  now: Date,
): RetentionVerdict {
  if (incompleteOlderThanDays === undefined) {
    return keep('incomplete', 'release files are missing, and removing such versions is off');
  }
  if (!createdAt) return keep('creation-date-unknown', 'the registry does not say when it was created');
  return ageInDays(createdAt, now) > incompleteOlderThanDays
    ? remove('incomplete-too-long', `release files still missing after ${days(incompleteOlderThanDays)}`)
    : keep('incomplete', `release files are missing, but not for more than ${days(incompleteOlderThanDays)}`);
}

const MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000;

function ageInDays(createdAt: Date, now: Date): number {
  return (now.getTime() - createdAt.getTime()) / MILLISECONDS_A_DAY;
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
