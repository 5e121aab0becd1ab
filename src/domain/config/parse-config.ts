import type { AdmissionPolicy } from '../admission/policy.ts';
import { type Problem, SyncError } from '../errors.ts';
import { formatPlatform } from '../provider/platform.ts';
import type { BottlesEntry } from './bottles.ts';
import type { SyncConfig } from './config.ts';
import { destinationProblems, unknownDestinations } from './destinations/problems.ts';
import { type ReadDestination, readDestination } from './destinations/schema.ts';
import { MAX_PROBLEMS } from './form-problems.ts';
import { jsonPath } from './json-path.ts';
import { linesIn, readJson } from './json-text.ts';
import { policyProblems } from './policy/problems.ts';
import { clashesBetween, duplicatesIn, type EntryClaim } from './providers/clashes.ts';
import { entriesOf } from './providers/entry.ts';
import { type ReadEntry, readEntry } from './providers/schema.ts';
import { isDocument, readOutline } from './schema.ts';

/**
 * Reads the text of `config.json` by `schema/config.schema.json`: one provider object, an array of them, or an
 * object with `destinations` and `providers`. Throws ConfigInvalid with every problem that the text has, each with
 * its JSON path and its line.
 */
export function parseConfig(text: string): SyncConfig {
  const json = readJson(text);
  if ('problems' in json) throw invalid(json.problems);
  const parsed = parseConfigValue(json.value);
  if ('problems' in parsed) throw invalid(withLines(parsed.problems, text));
  return parsed;
}

function withLines(problems: readonly Problem[], text: string): readonly Problem[] {
  const lines = linesIn(
    text,
    problems.map(({ path }) => path),
  );
  return problems.map((problem) => ({ ...problem, line: lines.get(problem.path) ?? 1 }));
}

interface Parts {
  readonly entries: readonly ReadEntry[];
  /** Undefined where the config names none. */
  readonly destinations: readonly ReadDestination[] | undefined;
  readonly policy: AdmissionPolicy | undefined;
  readonly bottles: BottlesEntry | undefined;
  readonly problems: readonly Problem[];
}

function parseConfigValue(value: unknown): SyncConfig | { readonly problems: readonly Problem[] } {
  const parts = readParts(value);
  const { entries, destinations, policy } = parts;
  const problems = [
    ...parts.problems,
    ...(destinations?.flatMap(({ problems }) => problems) ?? []),
    ...entries.flatMap(problemsOf),
    ...(destinations ? destinationProblems(destinations) : []),
    ...entries.flatMap((entry) => unknownDestinations(entry, destinations)),
    ...entries.flatMap((entry) => policyProblems(entry, policy)),
    ...clashesOf(entries, destinations),
  ];
  if (problems.length > 0) return { problems };
  return {
    providers: entries.flatMap(({ path, form }) => (form ? entriesOf(form, path, policy) : [])),
    destinations: destinations?.flatMap(({ entry }) => entry ?? []),
    policy,
    bottles: parts.bottles,
  };
}

function readParts(value: unknown): Parts {
  const older = { destinations: undefined, policy: undefined, bottles: undefined };
  if (Array.isArray(value)) {
    return { ...older, entries: readItems(value, '$', readItem), problems: noneIn(value, '$') };
  }
  if (typeof value !== 'object' || value === null || !isDocument(value)) {
    return { ...older, entries: [readEntry(value, '$', { single: true })], problems: [] };
  }
  const { destinations, providers, policy, bottles, problems } = readOutline(value);
  return {
    entries: readItems(providers ?? [], '$.providers', readItem),
    destinations: destinations && readItems(destinations, '$.destinations', readDestination),
    policy,
    bottles: bottles?.entry,
    problems: [...problems, ...(bottles ? bottles.problems : noneIn(providers, '$.providers'))],
  };
}

/** Reads the items of a list at `path` until there are more problems than are told. */
function readItems<R extends { readonly problems: readonly Problem[] }>(
  items: readonly unknown[],
  path: string,
  read: (item: unknown, path: string) => R,
): readonly R[] {
  const all: R[] = [];
  let problems = 0;
  for (const [index, item] of items.entries()) {
    if (problems > MAX_PROBLEMS) break;
    const one = read(item, jsonPath(path, [index]));
    all.push(one);
    problems += one.problems.length;
  }
  return all;
}

const readItem = (item: unknown, path: string): ReadEntry => readEntry(item, path, { single: false });

function noneIn(providers: readonly unknown[] | undefined, path: string): readonly Problem[] {
  if (providers?.length !== 0) return [];
  const fix = 'Write at least one provider object into it.';
  return [{ path, message: 'The array of providers is empty.', fix }];
}

const problemsOf = ({
  problems,
  path,
  platforms,
  addresses,
  destinations,
}: ReadEntry): readonly Problem[] => [
  ...problems,
  ...duplicatesIn(
    platforms.map((platform) => platform && formatPlatform(platform)),
    jsonPath(path, ['platforms']),
    'platform',
  ),
  ...duplicatesIn(
    addresses.map(({ hostname }) => hostname),
    jsonPath(path, ['hostname']),
    'hostname',
  ),
  ...duplicatesIn(destinations ?? [], jsonPath(path, ['destinations']), 'destination'),
];

/** The one destination of a config that names none. */
const ONLY = '';

function clashesOf(
  entries: readonly ReadEntry[],
  destinations: readonly ReadDestination[] | undefined,
): readonly Problem[] {
  const named = destinations?.flatMap(({ name, kind }) => (name === undefined ? [] : { name, kind }));
  const all = named?.map(({ name }) => name) ?? [ONLY];
  const registries = named?.filter(({ kind }) => kind === 'private-registry').map(({ name }) => name);
  const claims = entries.flatMap((entry): readonly EntryClaim[] => {
    const wanted = named && entry.destinations?.filter((name) => name !== undefined);
    const addresses = [...new Map(entry.addresses.map((address) => [address.hostname, address])).values()];
    return addresses.map((address) => ({
      path: entry.path,
      address,
      requested: entry.version,
      destinations: wanted ?? all,
    }));
  });
  const fix = named
    ? 'Keep one of them, or give them "destinations" that share no private registry.'
    : 'Keep one of them, or synchronize the other to another organization with a config of its own.';
  return clashesBetween(claims, new Set(registries ?? [ONLY]), fix);
}

// A message goes into mails and state payloads of limited size; `problems` has them all.
const MAX_TOLD = 20;

/** The first line tells how many problems there are, each further line is one. */
function invalid(problems: readonly Problem[]): SyncError {
  const many = problems.length > MAX_PROBLEMS;
  const several = many ? `more than ${MAX_PROBLEMS} problems` : `${problems.length} problems`;
  const count = problems.length === 1 ? 'a problem' : several;
  const told = problems
    .slice(0, MAX_TOLD)
    .map(({ path, message, fix }) => `${path}: ${message}${fix === undefined ? '' : ` ${fix}`}`);
  const rest = Math.min(problems.length, MAX_PROBLEMS) - told.length;
  const lines = [
    `The config has ${count}.`,
    ...told,
    ...(rest > 0 ? [`… and ${many ? 'many' : rest} more.`] : []),
  ];
  return new SyncError('ConfigInvalid', lines.join('\n'), { problems: problems.slice(0, MAX_PROBLEMS) });
}
