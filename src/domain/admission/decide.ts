import type { ProviderAddress } from '../provider/address.ts';
import { parseVersion, type Version } from '../provider/version.ts';
import { type AdmissionPolicy, type ApprovalRule, type Duration, matchesPattern } from './policy.ts';
import { type AdmissionRecord, covers } from './record.ts';

/** What a decision is about: one release of one version. */
export interface Candidate {
  readonly address: ProviderAddress;
  readonly version: Version;
  /** SHA-256 of its SHA256SUMS, hex; undefined while nobody has read it. */
  readonly digest: string | undefined;
}

export type AdmissionReason =
  /** Refused. */
  | { readonly rule: 'source-not-allowed'; readonly name: string }
  | {
      readonly rule: 'recalled';
      readonly reason: string;
      readonly by: string | undefined;
      readonly delete: boolean;
    }
  /** Held. */
  | {
      readonly rule: 'approval';
      readonly line: Exclude<ApprovalRule, 'never'>;
      readonly from: string | undefined;
    }
  | { readonly rule: 'minimum-age'; readonly age: number | undefined; readonly minimumAge: Duration }
  /** Admitted. */
  | { readonly rule: 'admitted-before'; readonly at: Date }
  | { readonly rule: 'approved'; readonly by: string; readonly at: Date; readonly reason: string }
  | { readonly rule: 'old-enough'; readonly since: Date; readonly basis: 'seen' | 'published' }
  | { readonly rule: 'exempt'; readonly pattern: string }
  | { readonly rule: 'no-age-asked' };

/** Whether a version is let in, and why: every rule that stands against it, or the one that lets it in. */
export interface AdmissionDecision {
  readonly outcome: 'admitted' | 'held' | 'refused';
  readonly reasons: readonly [AdmissionReason, ...AdmissionReason[]];
  /** When time alone lets it in; undefined unless it is held, and while a person has to. */
  readonly until: Date | undefined;
}

/**
 * Judges one release. A release that was admitted stays so unless it is recalled; what is not known to be good is
 * held. An approval holds for the release that was there when it was given, not for one that is cut again. Without
 * `policy`, recalls of the ledger alone count.
 */
export function decideAdmission(
  policy: AdmissionPolicy | undefined,
  record: AdmissionRecord,
  candidate: Candidate,
  now: Date,
): AdmissionDecision {
  const refusal = refusalOf(policy, record, candidate);
  if (refusal) return { outcome: 'refused', reasons: [refusal], until: undefined };
  const known = knownGood(record, candidate);
  if (known) return { outcome: 'admitted', reasons: [known], until: undefined };
  const crossing = crossedLine(policy?.requireApproval ?? 'never', record, candidate.version);
  const age = judgeAge(policy, record, candidate, now);
  if (crossing === undefined && age.reason.rule !== 'minimum-age') {
    return { outcome: 'admitted', reasons: [age.reason], until: undefined };
  }
  if (crossing === undefined) return { outcome: 'held', reasons: [age.reason], until: age.until };
  const young = age.reason.rule === 'minimum-age' ? [age.reason] : [];
  return { outcome: 'held', reasons: [crossing, ...young], until: undefined };
}

function refusalOf(
  policy: AdmissionPolicy | undefined,
  record: AdmissionRecord,
  { address, version }: Candidate,
): AdmissionReason | undefined {
  const { allowedHostnames, allowedNamespaces } = policy ?? {};
  if (allowedHostnames?.includes(address.hostname) === false) {
    return { rule: 'source-not-allowed', name: address.hostname };
  }
  if (allowedNamespaces?.includes(address.namespace) === false) {
    return { rule: 'source-not-allowed', name: address.namespace };
  }
  return recallOf(policy, record, address, version);
}

/** The recall that is about the version, if one is: the config's before the ledger's; one that deletes before others. */
export function recallOf(
  policy: AdmissionPolicy | undefined,
  record: AdmissionRecord,
  address: ProviderAddress,
  version: Version,
): Extract<AdmissionReason, { rule: 'recalled' }> | undefined {
  const found = [
    ...(policy?.recalled ?? [])
      .filter(({ provider }) => matchesPattern(provider, address))
      .map((recall) => ({ ...recall, by: undefined })),
    ...record.recalls,
  ].filter(({ versions }) => covers(versions, version));
  const recall = found.find((each) => each.delete) ?? found[0];
  return recall && { rule: 'recalled', reason: recall.reason, by: recall.by, delete: recall.delete };
}

function knownGood(
  { admitted, approvals }: AdmissionRecord,
  { version, digest }: Candidate,
): AdmissionReason | undefined {
  const same = (each: { readonly version: string; readonly digest: string }) =>
    each.version === version.canonical && each.digest === digest;
  const before = admitted.find(same);
  if (before) return { rule: 'admitted-before', at: before.at };
  const approval = approvals.findLast(same);
  return approval && { rule: 'approved', by: approval.by, at: approval.at, reason: approval.reason };
}

/**
 * Whether the version begins a line that nothing admitted reaches. The first version of all draws the line and
 * crosses none, but with `all` every version waits.
 */
function crossedLine(
  rule: ApprovalRule,
  { admitted }: AdmissionRecord,
  version: Version,
): Extract<AdmissionReason, { rule: 'approval' }> | undefined {
  if (rule === 'never') return undefined;
  const numbers = admitted.flatMap(({ version: text }) => parseVersion(text) ?? []);
  const [newest] = numbers.toSorted((a, b) => b.major - a.major || b.minor - a.minor || b.patch - a.patch);
  if (rule === 'all') return { rule: 'approval', line: rule, from: newest?.canonical };
  if (newest === undefined) return undefined;
  const beyond =
    version.major > newest.major ||
    (rule === 'minor' && version.major === newest.major && version.minor > newest.minor);
  return beyond ? { rule: 'approval', line: rule, from: newest.canonical } : undefined;
}

function judgeAge(
  policy: AdmissionPolicy | undefined,
  record: AdmissionRecord,
  { address, version, digest }: Candidate,
  now: Date,
): { readonly reason: AdmissionReason; readonly until: Date | undefined } {
  const minimumAge = policy?.minimumAge;
  if (minimumAge === undefined || minimumAge.milliseconds === 0) {
    return { reason: { rule: 'no-age-asked' }, until: undefined };
  }
  const exempt = policy?.minimumAgeExempt.find((pattern) => matchesPattern(pattern, address));
  if (exempt) return { reason: { rule: 'exempt', pattern: exempt.text }, until: undefined };
  const sight = record.sights.find((each) => each.version === version.canonical && each.digest === digest);
  if (sight === undefined) {
    const until = new Date(now.getTime() + minimumAge.milliseconds);
    return { reason: { rule: 'minimum-age', age: undefined, minimumAge }, until };
  }
  const { at, publishedAt } = sight;
  // A date in the future is no date: nobody publishes before he publishes.
  const basis = publishedAt !== undefined && publishedAt < at ? 'published' : 'seen';
  const since = basis === 'published' && publishedAt !== undefined ? publishedAt : at;
  const age = now.getTime() - since.getTime();
  // By a clock that was set back a release is not old, however long ago it was published.
  if (age >= minimumAge.milliseconds && now >= at) {
    return { reason: { rule: 'old-enough', since, basis }, until: undefined };
  }
  const until = new Date(Math.max(since.getTime() + minimumAge.milliseconds, at.getTime()));
  return { reason: { rule: 'minimum-age', age: Math.max(0, age), minimumAge }, until };
}
