import {
  formatAddress,
  type ProviderAddress,
  parseHostname,
  parseNamespace,
  parseType,
} from '../provider/address.ts';
import type { VersionConstraint } from '../provider/constraint.ts';
import { type Mistake, quote } from '../provider/mistake.ts';

/** Which versions wait for a person's approval: those that begin a new major or minor version, all, or none. */
export type ApprovalRule = 'never' | 'major' | 'minor' | 'all';

export const APPROVAL_RULES = ['never', 'major', 'minor', 'all'] as const satisfies readonly ApprovalRule[];

/** A length of time as a person wrote it. */
export interface Duration {
  /** "7d" */
  readonly text: string;
  readonly milliseconds: number;
}

/** Which providers a rule is about. A part that is undefined is any. */
export interface ProviderPattern {
  /** "acme/*", in lower case. */
  readonly text: string;
  readonly hostname: string | undefined;
  readonly namespace: string | undefined;
  readonly type: string | undefined;
}

/** Versions that turned out bad. */
interface Recall {
  readonly provider: ProviderPattern;
  readonly versions: VersionConstraint;
  /** For a person: one line. */
  readonly reason: string;
  /** Whether they are deleted from private registries as well. */
  readonly delete: boolean;
}

/** What a config says of which releases are let in. What is undefined or empty asks for nothing. */
export interface AdmissionPolicy {
  readonly minimumAge: Duration | undefined;
  /** Providers that need no age. */
  readonly minimumAgeExempt: readonly ProviderPattern[];
  /** Undefined: never. */
  readonly requireApproval: ApprovalRule | undefined;
  readonly recalled: readonly Recall[];
  /** The hostnames and namespaces that providers may come from; undefined for any. */
  readonly allowedHostnames: readonly string[] | undefined;
  readonly allowedNamespaces: readonly string[] | undefined;
}

const MILLISECONDS = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** The grammar of `parseDuration` as a regular expression, for a JSON Schema. */
export const DURATION_PATTERN = '(?:0|[1-9]\\d{0,4})[hdw]';

const DURATION = new RegExp(`^${DURATION_PATTERN}$`);
const TEN_YEARS = 3650 * MILLISECONDS.d;

/** Reads "36h", "7d" or "2w"; ten years at most. */
export function parseDuration(text: string): { readonly duration: Duration } | Mistake {
  const unit = text.at(-1);
  const milliseconds =
    DURATION.test(text) && (unit === 'h' || unit === 'd' || unit === 'w')
      ? Number(text.slice(0, -1)) * MILLISECONDS[unit]
      : Number.NaN;
  if (milliseconds <= TEN_YEARS) return { duration: { text, milliseconds } };
  return {
    problem: `${quote(text)} is not a length of time of at most ten years.`,
    fix: 'Write hours, days or weeks, such as "36h", "7d" or "2w".',
  };
}

/**
 * Reads NAMESPACE/TYPE or HOSTNAME/NAMESPACE/TYPE, with "*" for any part. Without a hostname it holds for providers
 * of every hostname.
 */
export function parseProviderPattern(text: string): { readonly pattern: ProviderPattern } | Mistake {
  const parts = text.split('/');
  const [type = '', namespace = '', hostname = '*'] = parts.toReversed();
  const read = (part: string, parse: typeof parseType) => (part === '*' ? { name: undefined } : parse(part));
  const [h, n, t] = [read(hostname, parseHostname), read(namespace, parseNamespace), read(type, parseType)];
  if ((parts.length !== 2 && parts.length !== 3) || 'problem' in h || 'problem' in n || 'problem' in t) {
    return {
      problem: `${quote(text)} is not a provider or a pattern of providers.`,
      fix: 'Write NAMESPACE/TYPE or HOSTNAME/NAMESPACE/TYPE with "*" for any whole part, such as "acme/*".',
    };
  }
  const pattern = { hostname: h.name, namespace: n.name, type: t.name };
  const names = [pattern.hostname, pattern.namespace, pattern.type].slice(-parts.length);
  return { pattern: { text: names.map((name) => name ?? '*').join('/'), ...pattern } };
}

export function matchesPattern(pattern: ProviderPattern, address: ProviderAddress): boolean {
  return (
    (pattern.hostname ?? address.hostname) === address.hostname &&
    (pattern.namespace ?? address.namespace) === address.namespace &&
    (pattern.type ?? address.type) === address.type
  );
}

const MAX_REASON_LENGTH = 500;

/** A reason for people: one line of at most 500 characters. */
export function parseReason(text: string): { readonly reason: string } | Mistake {
  const reason = text.trim();
  if (reason !== '' && reason.length <= MAX_REASON_LENGTH && !/\p{Cc}/u.test(reason)) return { reason };
  return {
    problem: `${quote(text)} is not a reason of one line and at most ${MAX_REASON_LENGTH} characters.`,
    fix: 'Write for people why the versions are recalled.',
  };
}

/**
 * The policy of one provider: what its own entry says goes before what the whole config says, but recalls and the
 * allowed sources of both hold. With an own minimum age, only its own exemptions from it count. Rules about other
 * providers are left out. Undefined when neither says anything.
 */
export function narrowPolicy(
  whole: AdmissionPolicy | undefined,
  own: AdmissionPolicy | undefined,
  address: ProviderAddress,
): AdmissionPolicy | undefined {
  if (!whole && !own) return undefined;
  const [exemptByWhole, exemptByOwn] = [whole?.minimumAgeExempt ?? [], own?.minimumAgeExempt ?? []];
  const exempt = own?.minimumAge ? exemptByOwn : [...exemptByWhole, ...exemptByOwn];
  const recalled = [...(whole?.recalled ?? []), ...(own?.recalled ?? [])];
  return {
    minimumAge: own?.minimumAge ?? whole?.minimumAge,
    minimumAgeExempt: exempt.filter((pattern) => matchesPattern(pattern, address)),
    requireApproval: own?.requireApproval ?? whole?.requireApproval,
    recalled: recalled.filter(({ provider }) => matchesPattern(provider, address)),
    allowedHostnames: inBoth(whole?.allowedHostnames, own?.allowedHostnames),
    allowedNamespaces: inBoth(whole?.allowedNamespaces, own?.allowedNamespaces),
  };
}

function inBoth(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  return a && b ? a.filter((name) => b.includes(name)) : (a ?? b);
}

/** Rules of a provider's own policy that are about other providers, by their place in the policy. */
export function strangersIn(
  policy: AdmissionPolicy,
  address: ProviderAddress,
): readonly { readonly place: readonly PropertyKey[]; readonly message: string }[] {
  const about = (pattern: ProviderPattern, place: readonly PropertyKey[]) => {
    if (matchesPattern(pattern, address)) return [];
    return {
      place,
      message: `${quote(pattern.text)} is not ${formatAddress(address)}, whose policy this is.`,
    };
  };
  return [
    ...policy.minimumAgeExempt.flatMap((pattern, index) => about(pattern, ['minimum-age-exempt', index])),
    ...policy.recalled.flatMap(({ provider }, index) => about(provider, ['recalled', index, 'provider'])),
  ];
}
