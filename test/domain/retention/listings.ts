import * as fc from 'fast-check';
import { parseConstraint, type VersionConstraint } from '../../../src/domain/provider/constraint.ts';
import type { RequestedVersion } from '../../../src/domain/provider/requested-version.ts';
import { parseVersion, type Version } from '../../../src/domain/provider/version.ts';
import { decideRetention, type RetentionInput } from '../../../src/domain/retention/decide.ts';
import type { ListedVersion } from '../../../src/domain/retention/listed.ts';
import { DEFAULT_RETENTION_POLICY, type RetentionPolicy } from '../../../src/domain/retention/policy.ts';
import type { RetentionDecision } from '../../../src/domain/retention/reasons.ts';

export const NOW = new Date('2026-06-01T12:00:00Z');

export function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * 24 * 60 * 60 * 1000);
}

/** A complete version, 100 days old. */
export function listed(text: string, other: Partial<ListedVersion> = {}): ListedVersion {
  return {
    text,
    createdAt: daysAgo(100),
    shasumsUploaded: true,
    shasumsSignatureUploaded: true,
    platformCount: 1,
    ...other,
  };
}

function version(text: string): Version {
  const parsed = parseVersion(text);
  if (!parsed) throw new Error(`not a version: ${text}`);
  return parsed;
}

export function constraint(text: string): VersionConstraint {
  const parsed = parseConstraint(text);
  if (!('constraint' in parsed)) throw new Error(`not a constraint: ${text}`);
  return parsed.constraint;
}

export const LATEST: RequestedVersion = { kind: 'latest', text: 'latest' };

export function exactly(text: string): RequestedVersion {
  return { kind: 'exact', text, version: version(text) };
}

export function within(text: string): RequestedVersion {
  return { kind: 'constraint', text, constraint: constraint(text) };
}

export type Decide = Partial<Omit<RetentionInput, 'policy' | 'wishes'>> & {
  readonly policy?: Partial<RetentionPolicy>;
  readonly requested?: readonly RequestedVersion[];
  readonly retain?: readonly VersionConstraint[];
};

/** Decides with the default policy, nothing asked for, and `NOW`, but for what is given. */
export function decide(
  versions: readonly (string | ListedVersion)[],
  { policy = {}, requested = [], retain = [], now = NOW }: Decide = {},
): readonly RetentionDecision[] {
  return decideRetention({
    versions: versions.map((entry) => (typeof entry === 'string' ? listed(entry) : entry)),
    policy: { ...DEFAULT_RETENTION_POLICY, ...policy },
    wishes: { requested, retain },
    now,
  });
}

export function deletedOf(decisions: readonly RetentionDecision[]): readonly string[] {
  return decisions.filter(({ action }) => action === 'delete').map((decision) => decision.version);
}

const number = fc.integer({ min: 0, max: 3 });

const prerelease = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: fc.constantFrom('-alpha', '-beta.1', '-beta.2', '-rc1', '-20260101', '-0') },
);

const build = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('+a', '+b.1') },
);

export const readableText = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(number, number, number, prerelease, build)
      .map(([a, b, c, p, m]) => `${a}.${b}.${c}${p}${m}`),
  },
  { weight: 1, arbitrary: fc.tuple(number, number, prerelease).map(([a, b, p]) => `${a}.${b}${p}`) },
  { weight: 1, arbitrary: number.map(String) },
);

const unreadableText = fc.oneof(
  fc.constantFrom('v1.0.0', 'nightly', '', '1.2.3.4', '1.0.0-', '01', 'latest'),
  fc.string({ maxLength: 12 }),
);

const anyText = fc.oneof({ weight: 9, arbitrary: readableText }, { weight: 1, arbitrary: unreadableText });

const state = fc.record({
  createdAt: fc.option(fc.integer({ min: -2, max: 120 }).map(daysAgo), { nil: undefined, freq: 6 }),
  shasumsUploaded: fc.nat(19).map((n) => (n === 0 ? undefined : n > 2)),
  shasumsSignatureUploaded: fc.nat(19).map((n) => (n === 0 ? undefined : n > 2)),
  platformCount: fc.constantFrom(undefined, 0, 1, 2, 2, 2, 2),
});

/** Listings such as a registry may answer: every text once, in any order. */
export const anyListing: fc.Arbitrary<readonly ListedVersion[]> = fc.uniqueArray(
  fc.tuple(anyText, state).map(([text, other]) => ({ text, ...other })),
  { selector: ({ text }) => text, maxLength: 30 },
);

/** The version lists of real providers, as if a registry held them in various states. */
export function realListing(lists: readonly (readonly string[])[]): fc.Arbitrary<readonly ListedVersion[]> {
  return fc
    .constantFrom(...(lists.length > 0 ? lists : [[]]))
    .chain((list) =>
      fc.shuffledSubarray([...list], {
        minLength: Math.min(list.length, 60),
        maxLength: Math.min(list.length, 120),
      }),
    )
    .chain((texts) =>
      fc
        .array(state, { minLength: texts.length, maxLength: texts.length })
        .map((states) => states.map((other, index) => ({ text: texts[index] ?? '', ...other }))),
    );
}

const requestedVersion: fc.Arbitrary<RequestedVersion> = fc.oneof(
  fc.constant(LATEST),
  readableText.map(exactly),
  fc.constantFrom('~> 1.0', '~> 2.1', '>= 1, < 3', '!= 3.0.0', '2.0.0-beta.1', '> 9').map(within),
);

const option = (min: number, max: number) => fc.option(fc.integer({ min, max }), { nil: undefined });

export const anyPolicy: fc.Arbitrary<RetentionPolicy> = fc.record({
  keep: fc.integer({ min: 1, max: 12 }),
  keepMajors: option(1, 4),
  minimumAgeDays: option(1, 120),
  incompleteOlderThanDays: option(1, 120),
  scope: fc.constant('config' as const),
  brake: fc.constant(DEFAULT_RETENTION_POLICY.brake),
});

export const anyWishes = fc.record({
  requested: fc.array(requestedVersion, { maxLength: 3 }),
  retain: fc.array(fc.constantFrom('~> 1.0', '< 1', '2.0.0', '1.0.0-rc1', '1.1.0+a').map(constraint), {
    maxLength: 2,
  }),
});
