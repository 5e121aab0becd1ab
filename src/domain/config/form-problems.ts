import type { Problem } from '../errors.ts';
import { quote } from '../provider/mistake.ts';
import { KNOWN_ARCH, KNOWN_OS } from '../provider/platform.ts';
import { ARCH_ALIASES, KEY_ALIASES, OS_ALIASES } from './aliases.ts';
import { didYouMean } from './did-you-mean.ts';
import { jsonPath } from './json-path.ts';

/** A finding of the schema, as far as a message needs it. */
export interface FormIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly input?: unknown;
  readonly expected?: string;
  readonly keys?: readonly string[];
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

export interface KnownKeys {
  readonly entry: readonly string[];
  readonly platform: readonly string[];
}

const PLATFORM_EXAMPLE = '{ "os": "linux", "arch": "amd64" }';
const VERSION_EXAMPLE = '"5.31.0"';

const EXAMPLES: Readonly<Record<string, string>> = {
  provider: '"aws"',
  namespace: '"hashicorp"',
  hostname: '"registry.opentofu.org"',
  version: '"5.100.0"',
  'gpg-key-id': '"34365D9472D7468F"',
  platforms: `[${PLATFORM_EXAMPLE}]`,
  retain: `[${VERSION_EXAMPLE}]`,
  os: '"linux"',
  arch: '"amd64"',
};

/** The schema's findings in words, one problem for each fault. `root` is the path of the value checked. */
export function problemsOfForm(
  issues: readonly FormIssue[],
  root: string,
  known: KnownKeys,
): readonly Problem[] {
  return issues.flatMap((issue) => {
    const path = jsonPath(root, issue.path);
    switch (issue.code) {
      case 'unrecognized_keys':
        return (issue.keys ?? []).map((key) => unknownKey(issue, key, root, known));
      case 'invalid_value':
        return { path, ...wrongChoice(issue) };
      case 'invalid_type':
        return { path, ...(issue.input === undefined ? missingKey(issue) : wrongType(issue)) };
      case 'too_small':
        return { path, message: `${quote(issue.path.at(-1))} is empty.`, fix: `Write ${exampleOf(issue)}.` };
      default:
        return { path, message: issue.message, ...fixOf(issue) };
    }
  });
}

type Words = Pick<Problem, 'message' | 'fix'>;

const isOfPlatform = (issue: FormIssue): boolean => issue.path.includes('platforms');

const exampleOf = ({ path }: FormIssue): string =>
  EXAMPLES[String(path.at(-1))] ?? (path.at(-2) === 'platforms' ? PLATFORM_EXAMPLE : VERSION_EXAMPLE);

function fixOf({ params }: FormIssue): Pick<Problem, 'fix'> {
  const fix = params?.['fix'];
  return typeof fix === 'string' ? { fix } : {};
}

function unknownKey(issue: FormIssue, key: string, root: string, known: KnownKeys): Problem {
  const keys = isOfPlatform(issue) ? known.platform : known.entry;
  const present = Object.keys(issue.input ?? {});
  const meant = didYouMean(key, keys, KEY_ALIASES);
  const usable = meant !== undefined && keys.includes(meant) && !present.includes(meant);
  return {
    path: jsonPath(root, [...issue.path, key]),
    message: `The key ${quote(key)} is unknown.`,
    fix: usable ? `Did you mean "${meant}"?` : `Remove it; the keys are ${keys.join(', ')}.`,
  };
}

function missingKey(issue: FormIssue): Words {
  const key = quote(issue.path.at(-1));
  return { message: `The key ${key} is missing.`, fix: `Add ${key}: ${exampleOf(issue)}.` };
}

function wrongChoice(issue: FormIssue): Words {
  const isOs = issue.path.at(-1) === 'os';
  const [kind, known, aliases] = isOs
    ? ['an operating system', KNOWN_OS, OS_ALIASES]
    : ['an architecture', KNOWN_ARCH, ARCH_ALIASES];
  const { input } = issue;
  if (typeof input !== 'string') return input === undefined ? missingKey(issue) : wrongType(issue);
  const meant = didYouMean(input, known, aliases);
  return {
    message: `${quote(input)} is not ${kind} that Terraform knows.`,
    fix: meant === undefined ? `Write one of ${known.join(', ')}.` : `Did you mean "${meant}"?`,
  };
}

function wrongType(issue: FormIssue): Words {
  const { input, path } = issue;
  const expected = issue.expected === 'array' || issue.expected === 'object' ? issue.expected : 'text';
  const name = path.length === 0 ? 'The entry' : 'The value';
  const message = `${name} ${quote(input)} is ${typeName(input)}, not ${withArticle(expected)}.`;
  if (path.length === 0) return { message, fix: 'Write one provider object or an array of them.' };
  const [, os, arch] = typeof input === 'string' ? (/^([a-z0-9]+)_([a-z0-9]+)$/.exec(input) ?? []) : [];
  if (expected === 'object' && os !== undefined) {
    return { message, fix: `Write { "os": "${os}", "arch": "${arch}" }.` };
  }
  if (expected === 'array' && path.at(-1) === 'platforms') {
    return { message, fix: `Write an array: ${exampleOf(issue)}.` };
  }
  const example = typeof input === 'number' ? `it in quotes, such as ${exampleOf(issue)}` : exampleOf(issue);
  return { message, fix: `Write ${example}.` };
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'string' ? 'a text' : withArticle(typeof value);
}

const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
