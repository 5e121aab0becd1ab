import type { Problem } from '../errors.ts';
import { quote } from '../provider/mistake.ts';
import { APPROVAL_ALIASES, ARCH_ALIASES, KIND_ALIASES, OS_ALIASES } from './aliases.ts';
import { didYouMean } from './did-you-mean.ts';
import { exampleOf, PLATFORMS_EXAMPLE } from './examples.ts';
import { jsonPath } from './json-path.ts';

/** A finding of the schema, as far as a message needs it. */
export interface FormIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly input?: unknown;
  readonly expected?: string;
  /** What is too small or too big. */
  readonly origin?: string;
  readonly keys?: readonly string[];
  /** The choices of an `invalid_value`. */
  readonly values?: readonly unknown[];
  /** The findings of each branch of an `invalid_union`, their paths from the union on. */
  readonly errors?: readonly (readonly FormIssue[])[];
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** What the messages about one value call things. */
export interface FormWords {
  /** The keys known in the object at a path from the value on. */
  readonly keysAt: (path: readonly PropertyKey[]) => readonly string[];
  /** Other words for keys. */
  readonly keyAliases: Readonly<Record<string, string>>;
  /** The value itself, and what to write when it is of another type. */
  readonly whole: { readonly name: string; readonly fix: string };
}

/** No person reads more, and each takes time and memory. */
export const MAX_PROBLEMS = 1000;

/** The schema's findings in words, one problem for each fault, at most 1,000. `root` is the path of the value checked. */
export function problemsOfForm(
  issues: readonly FormIssue[],
  root: string,
  words: FormWords,
): readonly Problem[] {
  return issues.slice(0, MAX_PROBLEMS).flatMap((issue): readonly Problem[] => {
    const path = jsonPath(root, issue.path);
    switch (issue.code) {
      case 'unrecognized_keys':
        return (issue.keys ?? []).slice(0, MAX_PROBLEMS).map((key) => unknownKey(issue, key, root, words));
      case 'invalid_union':
        return problemsOfForm(likeliestBranch(issue), root, words);
      case 'invalid_value':
        return [{ path, ...wrongChoice(issue, words) }];
      case 'invalid_type':
        return [{ path, ...(issue.input === undefined ? missingKey(issue) : wrongType(issue, words)) }];
      case 'too_big':
      case 'too_small':
        return [{ path, ...wrongSize(issue) }];
      default:
        return [{ path, message: issue.message, ...fixOf(issue) }];
    }
  });
}

type Words = Pick<Problem, 'message' | 'fix'>;

/** The findings of the branch that is of the value's own type; the first branch is for every other type. */
function likeliestBranch({ errors = [], path }: FormIssue): readonly FormIssue[] {
  const isOfType = (branch: readonly FormIssue[]) =>
    !branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
  const branch = errors.find(isOfType) ?? errors[0] ?? [];
  return branch.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

function fixOf({ params }: FormIssue): Pick<Problem, 'fix'> {
  const fix = params?.['fix'];
  return typeof fix === 'string' ? { fix } : {};
}

function unknownKey(issue: FormIssue, key: string, root: string, words: FormWords): Problem {
  const keys = words.keysAt(issue.path);
  const present = Object.keys(issue.input ?? {});
  const meant = didYouMean(key, keys, words.keyAliases);
  const usable = meant !== undefined && keys.includes(meant) && !present.includes(meant);
  return {
    path: jsonPath(root, [...issue.path, key]),
    message: `The key ${quote(key)} is unknown.`,
    fix: usable ? `Did you mean "${meant}"?` : `Remove it; the keys are ${keys.join(', ')}.`,
  };
}

function wrongSize({ path, input, origin, code }: FormIssue): Words {
  const message =
    origin === 'array'
      ? `${quote(path.at(-1))} is empty.`
      : `The value ${quote(input)} is too ${code === 'too_big' ? 'large' : 'small'}.`;
  return { message, fix: `Write ${exampleOf(path)}.` };
}

function missingKey({ path }: FormIssue): Words {
  const key = quote(path.at(-1));
  return { message: `The key ${key} is missing.`, fix: `Add ${key}: ${exampleOf(path)}.` };
}

interface Choice {
  readonly what: string;
  readonly aliases: Readonly<Record<string, string>>;
}

const CHOICES: Readonly<Record<string, Choice>> = {
  os: { what: 'an operating system that Terraform knows', aliases: OS_ALIASES },
  arch: { what: 'an architecture that Terraform knows', aliases: ARCH_ALIASES },
  kind: { what: 'a kind of destination', aliases: KIND_ALIASES },
  'api-generations': { what: 'a generation of the API', aliases: {} },
  'require-approval': { what: 'a rule of approval', aliases: APPROVAL_ALIASES },
};

function wrongChoice(issue: FormIssue, words: FormWords): Words {
  const { input, path } = issue;
  if (typeof input !== 'string') return input === undefined ? missingKey(issue) : wrongType(issue, words);
  const known = (issue.values ?? []).map(String);
  const { what, aliases } = CHOICES[String(path.findLast((part) => typeof part === 'string'))] ?? {
    what: 'one of the choices',
    aliases: {},
  };
  const meant = didYouMean(input, known, aliases);
  return {
    message: `${quote(input)} is not ${what}.`,
    fix: meant === undefined ? `Write one of ${known.join(', ')}.` : `Did you mean "${meant}"?`,
  };
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'array',
  object: 'object',
  boolean: 'boolean',
  number: 'number',
  int: 'whole number',
};

/** Where a token may stand by mistake, in whatever form. */
const SECRET_KEYS = new Set<unknown>(['token-variable', 'token-secret']);

function wrongType(issue: FormIssue, { whole }: FormWords): Words {
  const { input, path } = issue;
  const expected = TYPES[issue.expected ?? ''] ?? 'text';
  const name = path.length === 0 ? whole.name : 'The value';
  const shown = SECRET_KEYS.has(path.at(-1)) ? '' : ` ${quote(input)}`;
  const message = `${name}${shown} is ${nameOfType(input)}, not ${withArticle(expected)}.`;
  if (path.length === 0) return { message, fix: whole.fix };
  const [, os, arch] = typeof input === 'string' ? (/^([a-z0-9]+)_([a-z0-9]+)$/.exec(input) ?? []) : [];
  if (expected === 'object' && os !== undefined && path.at(-2) === 'platforms') {
    return { message, fix: `Write { "os": "${os}", "arch": "${arch}" }.` };
  }
  if (expected === 'array' && path.at(-1) === 'platforms') {
    return { message, fix: `Write an array: ${PLATFORMS_EXAMPLE}.` };
  }
  const example = exampleOf(path);
  const inQuotes = typeof input === 'number' && expected === 'text';
  return { message, fix: inQuotes ? `Write it in quotes, such as ${example}.` : `Write ${example}.` };
}

function nameOfType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'string' ? 'a text' : withArticle(typeof value);
}

const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
