import { explainConstraint } from './constraint-mistake.ts';
import type { Mistake } from './mistake.ts';
import {
  comparePrecedence,
  compareVersions,
  isPrerelease,
  MAX_VERSION_LENGTH,
  parseVersion,
  sameVersion,
  VERSION_PATTERN,
  type Version,
  writtenNumbers,
} from './version.ts';

/** A Terraform version constraint; every term must hold. */
export interface VersionConstraint {
  readonly text: string;
  readonly terms: readonly ConstraintTerm[];
}

interface ConstraintTerm {
  readonly operator: '=' | '!=' | '>' | '>=' | '<' | '<=' | '~>';
  readonly boundary: Version;
  /** How many numbers were written: `~> 1.2` and `~> 1.2.0` differ. */
  readonly parts: 1 | 2 | 3;
}

type Operator = ConstraintTerm['operator'];

// Terraform's white space is ASCII only: a no-break space is an error.
const SPACE = '[\\t\\n\\f\\r ]*';
const TERM_PATTERN = `(?:(=|!=|>=?|<=?|~>) ?)?(${VERSION_PATTERN})`;
const TERM = new RegExp(`^${SPACE}${TERM_PATTERN}${SPACE}$`);

/** The grammar of `parseConstraint` as one regular expression, for a JSON Schema. */
export const CONSTRAINT_PATTERN = `${SPACE}${TERM_PATTERN}${SPACE}(?:,${SPACE}${TERM_PATTERN}${SPACE})*`;

/**
 * Reads a constraint by the grammar that Terraform applies to `required_providers`: terms between commas,
 * each an operator (none means "="), at most one space, and a version of one to three numbers. Both of
 * Terraform's parsers (hashicorp/go-version, then the Ruby style of apparentlymart/go-versions) must take it.
 */
export function parseConstraint(text: string): { readonly constraint: VersionConstraint } | Mistake {
  const constraint = readConstraint(text);
  return constraint
    ? { constraint }
    : explainConstraint(text, (other) => readConstraint(other) !== undefined);
}

function readConstraint(text: string): VersionConstraint | undefined {
  if (text.length > MAX_VERSION_LENGTH) return undefined;
  const terms = text.split(',').map(readTerm);
  return terms.every((term) => term !== undefined) ? { text: text.trim(), terms } : undefined;
}

function readTerm(text: string): ConstraintTerm | undefined {
  const [, operator = '=', versionText = ''] = TERM.exec(text) ?? [];
  const boundary = parseVersion(versionText);
  return boundary && { operator: operator as Operator, boundary, parts: writtenNumbers(boundary) };
}

/**
 * Whether Terraform would install `version` under `constraint`: every term holds, and a prerelease is
 * named exactly by one of them. Build metadata counts for `=` and `!=` alone.
 */
export function satisfies(constraint: VersionConstraint, version: Version): boolean {
  const { terms } = constraint;
  if (!terms.every((term) => HOLDS[term.operator](version, term))) return false;
  return !isPrerelease(version) || terms.some((term) => term.operator === '=');
}

/** By operator: does `version` stand so to the term's boundary? */
const HOLDS: Readonly<Record<Operator, (version: Version, term: ConstraintTerm) => boolean>> = {
  '=': (version, { boundary }) => sameVersion(version, boundary),
  '!=': (version, { boundary }) => !sameVersion(version, boundary),
  '>': (version, { boundary }) => comparePrecedence(version, boundary) > 0,
  '>=': (version, { boundary }) => comparePrecedence(version, boundary) >= 0,
  '<': (version, { boundary }) => comparePrecedence(version, boundary) < 0,
  '<=': (version, { boundary }) => comparePrecedence(version, boundary) <= 0,
  '~>': (version, term) => comparePrecedence(version, term.boundary) >= 0 && isBelowCeiling(version, term),
};

/** Below the next minor version when `~>` was given three numbers, else below the next major version. */
function isBelowCeiling(version: Version, { boundary, parts }: ConstraintTerm): boolean {
  const [major, minor] = parts === 3 ? [boundary.major, boundary.minor + 1] : [boundary.major + 1, 0];
  const distance = version.major - major || version.minor - minor || version.patch;
  return distance < 0 || (distance === 0 && isPrerelease(version));
}

const OPERATOR_ORDER = ['>', '>=', '=', '~> patch', '~> minor', '<=', '<', '!='];

const rank = ({ operator, parts }: ConstraintTerm): number =>
  OPERATOR_ORDER.indexOf(operator === '~>' ? `~> ${parts === 3 ? 'patch' : 'minor'}` : operator);

/**
 * The normal form that Terraform writes into `.terraform.lock.hcl`: three numbers (two after a `~>` that
 * leaves the minor version free), no "=", each term once, ordered by boundary and then by operator. Two
 * constraints with one normal form mean the same.
 */
export function formatConstraint(constraint: VersionConstraint): string {
  const terms = constraint.terms.toSorted(
    (a, b) => compareVersions(a.boundary, b.boundary) || rank(a) - rank(b),
  );
  return [...new Set(terms.map(formatTerm))].join(', ');
}

function formatTerm({ operator, boundary, parts }: ConstraintTerm): string {
  if (operator === '=') return boundary.canonical;
  if (operator !== '~>' || parts === 3) return `${operator} ${boundary.canonical}`;
  const extra = boundary.canonical.slice(`${boundary.major}.${boundary.minor}.${boundary.patch}`.length);
  return `~> ${boundary.major}.${boundary.minor}${extra}`;
}
