import { quote } from '../integrity/untrusted-text.ts';
import { createScanner, type Scanner } from './scan.ts';

/** A stretch of a text: `end` is the offset behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One `provider` block as it stands in a lock file. */
export interface LockEntry {
  /** As the block's label writes it: `registry.terraform.io/hashicorp/aws`. */
  readonly address: string;
  readonly version: string;
  readonly constraints: string | undefined;
  /** In the file's order: `h1:…`, `zh:…`, whatever else. */
  readonly hashes: readonly string[];
  /** From `provider` to the closing brace. */
  readonly span: Span;
  readonly versionSpan: Span;
  /** The list with its brackets; undefined when there is none. */
  readonly hashesSpan: Span | undefined;
  /** What the list of hashes has for comments, in order. */
  readonly hashComments: readonly string[];
  /** Whether there is nothing in the block but what Terraform itself writes: no comment, no other attribute. */
  readonly plain: boolean;
}

/** A dependency lock file, its text untouched. */
export interface LockFile {
  readonly text: string;
  readonly entries: readonly LockEntry[];
}

/**
 * Reads the text of a `.terraform.lock.hcl`, as far as it must be understood to change provider blocks and leave all
 * else: other blocks and attributes are passed over. Throws LockFileInvalid, with the line, for what is no HCL, a
 * provider block without an address or a version, and two blocks of one address, as Terraform does.
 */
export function readLockFile(text: string): LockFile {
  const scanner = createScanner(text);
  const entries: LockEntry[] = [];
  for (;;) {
    scanner.skipBlank();
    if (scanner.atEnd()) return { text, entries };
    const start = scanner.position();
    const word = scanner.identifier();
    if (word === undefined) {
      return scanner.fail(`expected a block such as 'provider "…" {', but there is ${quote(scanner.peek())}`);
    }
    if (word !== 'provider') {
      skipOther(scanner, word);
      continue;
    }
    const entry = readProvider(scanner, start);
    if (entries.some(({ address }) => address === entry.address)) {
      scanner.fail(`it ends a second block of ${quote(entry.address)}`);
    }
    entries.push(entry);
    scanner.endLine('a provider block');
  }
}

function skipOther(scanner: Scanner, word: string): void {
  scanner.skipBlank();
  if (scanner.take('=')) {
    scanner.skipExpression();
    return;
  }
  while (scanner.peek() === '"') {
    scanner.string('a label');
    scanner.skipBlank();
  }
  if (scanner.peek() !== '{') scanner.fail(`"${word}" is neither a block nor an attribute`);
  scanner.skipExpression();
}

function readProvider(scanner: Scanner, start: number): LockEntry {
  scanner.skipBlank();
  const address = scanner.string('the address of a provider in quotes');
  scanner.skipBlank();
  scanner.expect('{');
  const body = readBody(scanner);
  const span = { start, end: scanner.position() };
  if (body.version === undefined) return scanner.fail(`the block of ${quote(address)} has no version`);
  const { version, constraints, hashes, plain } = body;
  return {
    address,
    version: version.value,
    constraints: constraints?.value,
    hashes: hashes?.value ?? [],
    span,
    versionSpan: version.span,
    hashesSpan: hashes?.span,
    hashComments: hashes?.comments ?? [],
    plain,
  };
}

interface Read<T> {
  readonly value: T;
  readonly span: Span;
}

interface ProviderBody {
  version?: Read<string>;
  constraints?: Read<string>;
  hashes?: Read<readonly string[]> & { readonly comments: readonly string[] };
  plain: boolean;
}

function readBody(scanner: Scanner): ProviderBody {
  const body: ProviderBody = { plain: true };
  for (;;) {
    if (scanner.skipBlank().length > 0) body.plain = false;
    if (scanner.take('}')) return body;
    const name = scanner.identifier();
    if (name === undefined)
      return scanner.fail('expected an attribute or the closing "}" of a provider block');
    if (scanner.skipBlank().length > 0) body.plain = false;
    scanner.expect('=');
    if (scanner.skipBlank().length > 0) body.plain = false;
    if (name === 'version' || name === 'constraints' || name === 'hashes') {
      if (body[name] !== undefined) scanner.fail(`the block has a second "${name}"`);
    }
    if (name === 'version' || name === 'constraints') body[name] = readText(scanner, name);
    else if (name === 'hashes') body.hashes = readHashes(scanner);
    else scanner.skipExpression();
    if (!['version', 'constraints', 'hashes'].includes(name)) body.plain = false;
    if (body.hashes !== undefined && body.hashes.comments.length > 0) body.plain = false;
    const before = scanner.position();
    if (scanner.peek() !== '}') scanner.endLine(`"${name}"`);
    if (/#|\/\/|\/\*/.test(scanner.text.slice(before, scanner.position()))) body.plain = false;
  }
}

function readText(scanner: Scanner, name: string): Read<string> {
  const start = scanner.position();
  const value = scanner.string(`the text of "${name}" in quotes`);
  return { value, span: { start, end: scanner.position() } };
}

function readHashes(scanner: Scanner): NonNullable<ProviderBody['hashes']> {
  const start = scanner.position();
  const value: string[] = [];
  const comments: string[] = [];
  scanner.expect('[', 'a list of hashes in brackets');
  for (;;) {
    comments.push(...scanner.skipBlank());
    if (scanner.take(']')) return { value, comments, span: { start, end: scanner.position() } };
    value.push(scanner.string('a hash in quotes or "]"'));
    comments.push(...scanner.skipBlank());
    if (!scanner.take(',') && scanner.peek() !== ']') scanner.fail('expected "," or "]" after a hash');
  }
}
