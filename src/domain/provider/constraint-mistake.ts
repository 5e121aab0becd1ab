import { type Mistake, quote } from './mistake.ts';
import { MAX_VERSION_LENGTH } from './version.ts';

/** What people write instead of a Terraform constraint; the first that is found names the mistake. */
const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^\s*$/, 'it is empty'],
  [/^\s*latest\s*$/i, 'it names no version'],
  [/\|/, 'alternatives ("||") are not possible; every term must hold'],
  [/(?:^|[^0-9a-z.+-])v\d/i, 'a "v" in front of a version is not used'],
  [/(?:^|[^0-9a-z+-])[*x](?![0-9a-z])/i, 'wildcards are not used; leave the number out'],
  [/\d+\.\d+\.\d+\.\d/, 'it has more than three numbers'],
  [/\d{16}/, 'a number in it is too large'],
  [/,\s*(?:,|$)|^\s*,/, 'a term is missing beside a comma'],
  [/(?<![<>=!~^])(?!(?:=|!=|>=?|<=?|~>)(?![<>=!~^]))[<>=!~^]/, 'an operator is one of = != > >= < <= ~>'],
  [/[<>=](?:[^\S ]| {2})/, 'at most one space may follow an operator'],
  [/\d\s+[<>=!~\d-]/, 'terms are separated by commas'],
  [/_/, 'a version has no underscore'],
];

/** Turn the ways of other tools into Terraform's, one after another. */
const REWRITES: readonly ((text: string) => string)[] = [
  (text) => text.replace(/[\s\u00a0]+/g, ' '),
  (text) => text.replace(/(^|[^0-9a-z.+-])v(?=\d)/gi, '$1'),
  (text) => text.replace(/\s*(?:;|&&|\band\b)\s*/gi, ', '),
  (text) => text.replace(/^ ?([\d.]+) - ([\d.]+) ?$/, '>= $1, <= $2'),
  (text) => text.replace(/([<>!]) =/g, '$1='),
  (text) => text.replaceAll('==', '=').replaceAll('=>', '>=').replaceAll('=<', '<='),
  (text) => text.replaceAll('<>', '!=').replaceAll('~=', '~>'),
  (text) => text.replace(/(?:= ?)?(?<![\d.])(\d+)(?:\.[*x]){1,2}/gi, '~> $1.0'),
  (text) => text.replace(/(?:= ?)?(?<![\d.])(\d+\.\d+)\.[*x]/gi, '~> $1.0'),
  (text) => text.replace(/~(?!>) ?(\d+)(?:\.(\d+))?(?:\.(\d+))?/g, tilde),
  (text) => text.replace(/\^ ?(\d+)(?:\.(\d+))?(?:\.(\d+))?/g, caret),
  (text) => text.replace(/([0-9a-z]) (?=[<>=!~\d])/gi, '$1, '),
  (text) => text.replace(/(?: ?, ?)+/g, ', ').replace(/^[ ,]+|[ ,]+$/g, ''),
];

function tilde(_: string, major: string, minor = '', patch = '0'): string {
  return minor === '' ? `~> ${major}.0` : `~> ${major}.${minor}.${patch}`;
}

// npm's caret keeps the first number that is not zero.
function caret(_: string, major: string, minor = '0', patch = '0'): string {
  const lower = `>= ${major}.${minor}.${patch}`;
  if (Number(major) > 0) return `${lower}, < ${Number(major) + 1}.0.0`;
  if (Number(minor) > 0) return `${lower}, < 0.${Number(minor) + 1}.0`;
  return `${lower}, < 0.0.${Number(patch) + 1}`;
}

const USUAL_FIX = 'Write a version such as "5.100.0", or a constraint such as "~> 5.0" or ">= 5.80, < 6".';

/** Why `text` is no constraint, with the nearest text that `isConstraint` takes where there is one. */
export function explainConstraint(text: string, isConstraint: (text: string) => boolean): Mistake {
  if (text.length > MAX_VERSION_LENGTH) {
    const problem = `The version constraint ${quote(text)} has more than ${MAX_VERSION_LENGTH} characters.`;
    return { problem, fix: USUAL_FIX };
  }
  const reason = REASONS.find(([pattern]) => pattern.test(text))?.[1];
  const rewritten = REWRITES.reduce((current, rewrite) => rewrite(current), text);
  return {
    problem: `${quote(text)} is not a Terraform version constraint${reason === undefined ? '' : `: ${reason}`}.`,
    fix: isConstraint(rewritten) ? `Write ${quote(rewritten)}.` : USUAL_FIX,
  };
}
