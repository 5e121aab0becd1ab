import { isSyncError, type Problem } from '../../errors.ts';
import { canonicalize } from '../../ledger/canonical.ts';
import type { HashText } from '../../ledger/entry.ts';
import { type LockEntry, readLockFile } from '../../provider-lock/lock-file.ts';
import { type InputsSchema, readInputsSchema } from './inputs.ts';
import { judgeModule } from './module-judgement.ts';
import { type KindDocument, kindDocument } from './schema.ts';

/** What can be deployed: a module, what may be said to it, which providers it gets, and its limits. */
export interface Kind extends KindDocument {
  readonly name: string;
  /** SHA-256 of all its files, in hex: what a run used, however the catalogue goes on. */
  readonly digest: string;
  readonly inputs: InputsSchema;
  /** As `provider-sync lock` wrote it; undefined while nobody has. */
  readonly lock: { readonly text: string; readonly entries: readonly LockEntry[] } | undefined;
  /** The module's files: text by path. */
  readonly module: ReadonlyMap<string, string>;
  /** All of them, as the folder has them. */
  readonly files: ReadonlyMap<string, string>;
}

const KIND_FILE = 'kind.json';
const INPUTS_FILE = 'inputs.schema.json';
const MODULE = 'module/';
/** Where Terraform and `provider-sync lock` keep it. */
export const LOCK_FILE = '.terraform.lock.hcl';

export type ReadKind = { readonly kind: Kind } | { readonly problems: readonly Problem[] };

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** A kind as it lies in its folder: text by path, `/` between segments. Everything that is wrong, with its place. */
export function readKind(name: string, files: ReadonlyMap<string, string>, hash: HashText): ReadKind {
  const problems: Problem[] = [];
  if (!NAME.test(name))
    problems.push({ path: name, message: 'is no name of a kind: small letters, digits, hyphens' });
  const document = readDocument(files.get(KIND_FILE), problems);
  const inputs = readInputs(files.get(INPUTS_FILE), problems);
  const module = new Map(
    [...files]
      .filter(([path]) => path.startsWith(MODULE) && path !== `${MODULE}${LOCK_FILE}`)
      .map(([path, text]) => [path.slice(MODULE.length), text]),
  );
  for (const path of files.keys()) {
    if (path.startsWith(MODULE) || [KIND_FILE, INPUTS_FILE, 'README.md'].includes(path)) continue;
    problems.push({ path, message: 'is no file of a kind', fix: 'Put it into module/, or take it out.' });
  }
  if (![...module.keys()].some((path) => /^[^/]+\.tf$/.test(path))) {
    problems.push({ path: MODULE, message: 'has no *.tf file' });
  } else if (document !== undefined) problems.push(...judgeModule(module, document.allow));
  const lock = readLock(files.get(`${MODULE}${LOCK_FILE}`), problems);
  if (problems.length > 0 || document === undefined || inputs === undefined) return { problems };
  const digest = hash(canonicalize(Object.fromEntries([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))));
  return { kind: { ...document, name, digest, inputs, lock, module, files } };
}

function readDocument(text: string | undefined, problems: Problem[]): KindDocument | undefined {
  const value = readJson(KIND_FILE, text, problems);
  if (value === undefined) return undefined;
  const parsed = kindDocument.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) {
    problems.push({
      path: `$${path.map((each) => `.${String(each)}`).join('')}`,
      file: KIND_FILE,
      line: 1,
      message,
    });
  }
  return undefined;
}

function readInputs(text: string | undefined, problems: Problem[]): InputsSchema | undefined {
  const value = readJson(INPUTS_FILE, text, problems);
  if (value === undefined) return undefined;
  const read = readInputsSchema(value);
  if ('schema' in read) return read.schema;
  problems.push({ path: '$', file: INPUTS_FILE, line: 1, message: read.problem });
  return undefined;
}

function readJson(file: string, text: string | undefined, problems: Problem[]): unknown {
  if (text === undefined) {
    problems.push({ path: file, message: 'is missing' });
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    problems.push({
      path: file,
      message: `is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    });
    return undefined;
  }
}

function readLock(text: string | undefined, problems: Problem[]): Kind['lock'] {
  if (text === undefined) return undefined;
  try {
    return { text, entries: readLockFile(text).entries };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    problems.push({ path: `${MODULE}${LOCK_FILE}`, message: error.message });
    return undefined;
  }
}
