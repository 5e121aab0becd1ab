import { type Problem, SyncError } from '../errors.ts';
import { DEFAULT_HOSTNAME } from '../provider/address.ts';
import { LATEST } from '../provider/requested-version.ts';
import { clashesBetween, duplicatePlatforms, type EntryClaim } from './clashes.ts';
import type { ProviderEntry, SyncConfig } from './config.ts';
import { readJson } from './json-text.ts';
import { type EntryForm, type EntryIdentity, type ReadEntry, readEntry } from './schema.ts';

/**
 * Reads the text of `config.json`: one provider object or an array of them, by `schema/config.schema.json`.
 * Throws ConfigInvalid with every problem that the text has, each with its JSON path.
 */
export function parseConfig(text: string): SyncConfig {
  const json = readJson(text);
  if ('problems' in json) throw invalid(json.problems);
  return parseConfigValue(json.value);
}

function parseConfigValue(value: unknown): SyncConfig {
  if (Array.isArray(value) && value.length === 0) {
    const fix = 'Write at least one provider object into it.';
    throw invalid([{ path: '$', message: 'The array of providers is empty.', fix }]);
  }
  const entries = Array.isArray(value)
    ? value.map((item, index) => readEntry(item, `$[${index}]`, { single: false }))
    : [readEntry(value, '$', { single: true })];
  const problems = [...entries.flatMap(problemsOf), ...clashesBetween(entries.flatMap(claimOf))];
  const providers = entries.flatMap(({ path, form }) => (form ? [toEntry(form, path)] : []));
  if (problems.length > 0) throw invalid(problems);
  return { providers };
}

/**
 * Reads one entry that has been JSON already, such as an item of a state's input. `path` is the place that
 * problems are told at. Throws ConfigInvalid with every problem.
 */
export function parseProviderEntry(value: unknown, path = '$'): ProviderEntry {
  const entry = readEntry(value, path, { single: false });
  const problems = problemsOf(entry);
  if (!entry.form || problems.length > 0) throw invalid(problems);
  return toEntry(entry.form, path);
}

/** An entry in the form of `config.json`, read back by `parseProviderEntry` as the same entry. */
export function serializeProviderEntry(entry: ProviderEntry): Record<string, unknown> {
  const { address, requested, platforms, pinnedKeyId, retain } = entry;
  return {
    provider: address.type,
    namespace: address.namespace,
    hostname: address.hostname,
    version: requested.text,
    platforms: platforms.map(({ os, arch }) => ({ os, arch })),
    ...(pinnedKeyId !== undefined && { 'gpg-key-id': pinnedKeyId }),
    ...(retain.length > 0 && { retain: retain.map(({ text }) => text) }),
  };
}

const problemsOf = ({ problems, path, platforms }: ReadEntry): readonly Problem[] => [
  ...problems,
  ...duplicatePlatforms(platforms, path),
];

function claimOf({ path, identity, version }: ReadEntry): readonly EntryClaim[] {
  return identity ? [{ path, address: addressOf(identity), requested: version }] : [];
}

const addressOf = ({ hostname, namespace, provider }: EntryIdentity) => ({
  hostname: hostname?.name ?? DEFAULT_HOSTNAME,
  namespace: namespace.name,
  type: provider.name,
});

function toEntry(form: EntryForm, path: string): ProviderEntry {
  return {
    path,
    address: addressOf(form),
    requested: form.version?.requested ?? LATEST,
    platforms: form.platforms,
    pinnedKeyId: form['gpg-key-id']?.keyId,
    retain: (form.retain ?? []).map(({ constraint }) => constraint),
  };
}

// A message goes into mails and state payloads of limited size; `problems` has them all.
const MAX_TOLD = 20;

/** The first line tells how many problems there are, each further line is one. */
function invalid(problems: readonly Problem[]): SyncError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const told = problems
    .slice(0, MAX_TOLD)
    .map(({ path, message, fix }) => `${path}: ${message}${fix === undefined ? '' : ` ${fix}`}`);
  const rest = problems.length - told.length;
  const lines = [`The config has ${count}.`, ...told, ...(rest > 0 ? [`… and ${rest} more.`] : [])];
  return new SyncError('ConfigInvalid', lines.join('\n'), { problems });
}
