import type { LockEntry, LockFile, Span } from './lock-file.ts';

/** What a lock file is to say of one provider. */
export interface WantedLock {
  /** `registry.terraform.io/hashicorp/aws`, lower case. */
  readonly address: string;
  /** Canonical: "5.100.0". */
  readonly version: string;
  readonly hashes: readonly string[];
}

/** Behind the last character of any text. */
const END = Number.MAX_SAFE_INTEGER;

const OPENTOFU = 'registry.opentofu.org/';

/**
 * The text of the lock file with the wanted entries in it, byte for byte as Terraform writes its own: version, the
 * constraints that stood there, hashes sorted by their bytes, each once. Every other entry, attribute and comment
 * stays as it is; an entry that says all this already stays untouched. `file` undefined: a new one.
 */
export function writeLocks(file: LockFile | undefined, wanted: readonly WantedLock[]): string {
  const sorted = wanted.toSorted((a, b) => compareAddresses(a.address, b.address));
  const existing =
    file === undefined || file.text.trim() === '' ? { text: headerFor(sorted), entries: [] } : file;
  const newline = existing.text.includes('\r\n') ? '\r\n' : '\n';
  const edits = [
    ...sorted.flatMap((lock) => {
      const entry = existing.entries.find(({ address }) => address === lock.address);
      return entry === undefined ? [] : rewrite(existing.text, entry, lock, newline);
    }),
    ...insertions(existing, sorted, newline),
  ];
  if (edits.length === 0) return file?.text ?? existing.text;
  return apply(existing.text.endsWith('\n') ? existing.text : existing.text + newline, edits);
}

/** By its bytes, which for hashes is the order of code units. Unsorted, Terraform calls the file out of date. */
export function sortHashes(hashes: Iterable<string>): readonly string[] {
  return [...new Set(hashes)].toSorted((a, b) => (a < b ? -1 : Number(a > b)));
}

interface Edit {
  readonly span: Span;
  readonly text: string;
}

function apply(text: string, edits: readonly Edit[]): string {
  // From the end, so that earlier offsets stay true. Of two edits at one place the later one goes in first.
  return edits
    .map(({ span, text: part }, index) => ({
      start: Math.min(span.start, text.length),
      end: span.end,
      part,
      index,
    }))
    .toSorted((a, b) => b.start - a.start || b.index - a.index)
    .reduce(
      (all, { start, end, part }) => all.slice(0, start) + part + all.slice(Math.min(end, text.length)),
      text,
    );
}

function rewrite(text: string, entry: LockEntry, lock: WantedLock, newline: string): readonly Edit[] {
  const hashes = sortHashes(lock.hashes);
  const sameHashes = hashes.join('\n') === entry.hashes.join('\n');
  if (sameHashes && entry.version === lock.version) return [];
  if (entry.plain) {
    return [{ span: entry.span, text: lockBlock({ ...lock, hashes }, entry.constraints, newline) }];
  }
  const { versionSpan, hashesSpan } = entry;
  const list = listOf(hashes, entry.hashComments, newline);
  const lineEnd = text.indexOf('\n', versionSpan.end);
  const behindVersion = lineEnd === -1 || lineEnd > entry.span.end ? versionSpan.end : lineEnd + 1;
  return [
    { span: versionSpan, text: JSON.stringify(lock.version) },
    hashesSpan === undefined
      ? { span: { start: behindVersion, end: behindVersion }, text: `  hashes = ${list}${newline}` }
      : { span: hashesSpan, text: sameHashes ? text.slice(hashesSpan.start, hashesSpan.end) : list },
  ];
}

function insertions(file: LockFile, sorted: readonly WantedLock[], newline: string): readonly Edit[] {
  const known = new Set(file.entries.map(({ address }) => address));
  return sorted
    .filter(({ address }) => !known.has(address))
    .map((lock) => {
      const block = lockBlock({ ...lock, hashes: sortHashes(lock.hashes) }, undefined, newline);
      const next = file.entries.find(({ address }) => compareAddresses(address, lock.address) > 0);
      if (next !== undefined) {
        const at = withItsComments(file.text, next.span.start);
        return { span: { start: at, end: at }, text: `${block}${newline}${newline}` };
      }
      return { span: { start: END, end: END }, text: `${newline}${block}${newline}` };
    });
}

/** Where the comment lines right above a block begin; those at the top of the file are the file's own. */
function withItsComments(text: string, blockStart: number): number {
  let start = text.lastIndexOf('\n', blockStart - 1) + 1;
  if (text.slice(start, blockStart).trim() !== '') return blockStart;
  const first = start;
  while (start > 0) {
    const above = text.lastIndexOf('\n', start - 2) + 1;
    if (!/^\s*(?:#|\/\/)/.test(text.slice(above, start))) return start;
    start = above;
  }
  return first;
}

/** One entry, its hashes in the order that they have. Alignment and comma as hclwrite has them. */
export function lockBlock(lock: WantedLock, constraints: string | undefined, newline: string): string {
  const { address, version, hashes } = lock;
  const head =
    constraints === undefined
      ? [`  version = ${JSON.stringify(version)}`]
      : [`  version     = ${JSON.stringify(version)}`, `  constraints = ${JSON.stringify(constraints)}`];
  const list = hashes.length === 0 ? [] : [`  hashes = ${listOf(hashes, [], newline)}`];
  return [`provider ${JSON.stringify(address)} {`, ...head, ...list, '}'].join(newline);
}

function listOf(hashes: readonly string[], comments: readonly string[], newline: string): string {
  const lines = [...comments, ...hashes.map((hash) => `${JSON.stringify(hash)},`)];
  return ['[', ...lines.map((line) => `    ${line}`), '  ]'].join(newline);
}

/** Hostname, namespace, type: the order in which Terraform writes its entries. */
function compareAddresses(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (const [index, part] of left.entries()) {
    const other = right[index] ?? '';
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}

function headerFor(wanted: readonly WantedLock[]): string {
  const tofu = wanted.length > 0 && wanted.every(({ address }) => address.startsWith(OPENTOFU));
  return (
    `# This file is maintained automatically by "${tofu ? 'tofu' : 'terraform'} init".\n` +
    '# Manual edits may be lost in future updates.\n'
  );
}
