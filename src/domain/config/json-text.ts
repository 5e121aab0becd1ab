import type { Problem } from '../errors.ts';
import { quote } from '../provider/mistake.ts';
import { jsonPath } from './json-path.ts';

const SPACE = /[ \t\n\r]*/y;
// RFC 8259, sections 2, 6 and 7. The text is unrolled so that a long one needs no backtracking.
const TOKEN =
  /[{}[\],:]|"[ !#-[\]-\u{10FFFF}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\u{10FFFF}]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/uy;

const MAX_DEPTH = 32;

/** In one array or object; a config of a megabyte holds fewer providers. */
const MAX_ITEMS = 20_000;

/** Each is found with its line, by counting through the text: more are not told. */
const MAX_DUPLICATES = 100;

interface Cursor {
  readonly text: string;
  /** Of the next token, in UTF-16 units. */
  at: number;
  /** Keys that stand twice. */
  readonly duplicates: Problem[];
  /** Told where each value begins: at its key in an object, at itself elsewhere. */
  readonly visit?: (path: readonly PropertyKey[], at: number) => void;
}

/**
 * Reads a JSON text (RFC 8259), a byte order mark in front allowed, nested 32 deep at most, with at most
 * 20,000 values in one array or object. A fault is given
 * with its line and column, both from 1; so are keys that stand twice in one object, which JSON.parse drops.
 */
export function readJson(
  text: string,
): { readonly value: unknown } | { readonly problems: readonly Problem[] } {
  const body = text.replace(/^\uFEFF/, '');
  const cursor: Cursor = { text: body, at: 0, duplicates: [] };
  const fault = scanDocument(cursor);
  if (fault) return { problems: [...cursor.duplicates, fault] };
  return cursor.duplicates.length > 0 ? { problems: cursor.duplicates } : { value: JSON.parse(body) };
}

/**
 * The line, from 1, of each of these JSON paths in a text that `readJson` reads: where its key stands, or the value
 * itself in an array. A path that is not there has the line of what should hold it.
 */
export function linesIn(text: string, paths: readonly string[]): ReadonlyMap<string, number> {
  const wanted = new Set(paths.flatMap(withAncestors));
  const lines = new Map<string, number>();
  const body = text.replace(/^\uFEFF/, '');
  let [line, counted] = [1, 0];
  const visit = (parts: readonly PropertyKey[], at: number) => {
    const path = jsonPath('$', parts);
    if (!wanted.has(path)) return;
    line += lineBreaksIn(body.slice(counted, at));
    counted = at;
    if (!lines.has(path)) lines.set(path, line);
  };
  scanDocument({ text: body, at: 0, duplicates: [], visit });
  const lineOf = (path: string) =>
    lines.get(withAncestors(path).find((place) => lines.has(place)) ?? '$') ?? 1;
  return new Map(paths.map((path) => [path, lineOf(path)]));
}

/** A path and every path above it, nearest first. */
function withAncestors(path: string): readonly string[] {
  const above = path.replace(/(?:\.[\w$]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\])$/, '');
  return above === path ? [path] : [path, ...withAncestors(above)];
}

const lineBreaksIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

function scanDocument(cursor: Cursor): Problem | undefined {
  peek(cursor);
  if (cursor.at === cursor.text.length) {
    return {
      path: '$',
      line: 1,
      message: 'The text is empty.',
      fix: 'Write one provider object or an array of them.',
    };
  }
  const fault = scanItem(cursor, []);
  if (fault) return fault;
  peek(cursor);
  return cursor.at < cursor.text.length ? faultAt(cursor, 'the end of the text') : undefined;
}

/** A value that has no key. */
function scanItem(cursor: Cursor, path: readonly PropertyKey[]): Problem | undefined {
  peek(cursor);
  cursor.visit?.(path, cursor.at);
  return scanValue(cursor, path);
}

function scanValue(cursor: Cursor, path: readonly PropertyKey[]): Problem | undefined {
  const token = peek(cursor);
  if (path.length >= MAX_DEPTH) return faultAt(cursor, `values nested at most ${MAX_DEPTH} deep`);
  if (token === undefined || /^[}\],:]$/.test(token)) return faultAt(cursor, 'a value');
  take(cursor, token);
  if (token === '[') return scanList(cursor, ']', (index) => scanItem(cursor, [...path, index]));
  const keys = new Set<string>();
  return token === '{' ? scanList(cursor, '}', () => scanMember(cursor, path, keys)) : undefined;
}

function scanList(
  cursor: Cursor,
  closing: '}' | ']',
  scanNext: (index: number) => Problem | undefined,
): Problem | undefined {
  if (peek(cursor) === closing) {
    take(cursor, closing);
    return undefined;
  }
  for (let index = 0; ; index += 1) {
    if (index === MAX_ITEMS) return faultAt(cursor, `an array or object of at most ${MAX_ITEMS} values`);
    const fault = scanNext(index);
    if (fault) return fault;
    const token = peek(cursor);
    if (token !== ',' && token !== closing) return faultAt(cursor, `"," or "${closing}"`);
    take(cursor, token);
    if (token === closing) return undefined;
  }
}

function scanMember(cursor: Cursor, path: readonly PropertyKey[], keys: Set<string>): Problem | undefined {
  const token = peek(cursor);
  if (!token?.startsWith('"')) return faultAt(cursor, 'a key in double quotes');
  const key = String(JSON.parse(token));
  cursor.visit?.([...path, key], cursor.at);
  if (keys.has(key) && cursor.duplicates.length < MAX_DUPLICATES) {
    cursor.duplicates.push(duplicateAt(cursor, [...path, key]));
  }
  keys.add(key);
  take(cursor, token);
  if (peek(cursor) !== ':') return faultAt(cursor, '":"');
  take(cursor, ':');
  return scanValue(cursor, [...path, key]);
}

/** The next token, white space before it skipped; undefined at the end and where none can be read. */
function peek(cursor: Cursor): string | undefined {
  SPACE.lastIndex = cursor.at;
  SPACE.exec(cursor.text);
  cursor.at = SPACE.lastIndex;
  TOKEN.lastIndex = cursor.at;
  return TOKEN.exec(cursor.text)?.[0];
}

function take(cursor: Cursor, token: string): void {
  cursor.at += token.length;
}

function duplicateAt(cursor: Cursor, path: readonly PropertyKey[]): Problem {
  return {
    path: jsonPath('$', path),
    line: lineAt(cursor),
    message: `The key ${quote(path.at(-1))} stands twice in one object (again in ${placeOf(cursor)}).`,
    fix: 'Remove one of them.',
  };
}

function faultAt(cursor: Cursor, expected: string): Problem {
  const found = cursor.text.slice(cursor.at).match(/^(?:[\w.+-]{1,20}|.)/su)?.[0];
  const fix = fixFor(cursor, expected, found);
  const foundText =
    found === undefined ? 'the text ends' : `there is ${found === '"' ? 'a broken text' : quote(found)}`;
  return {
    path: '$',
    line: lineAt(cursor),
    message: `This is not JSON: in ${placeOf(cursor)}, ${expected} is expected, but ${foundText}.`,
    ...(fix !== undefined && { fix }),
  };
}

function fixFor(cursor: Cursor, expected: string, found: string | undefined): string | undefined {
  if (found === undefined) return 'Close every text, object and array that is open.';
  if (expected === 'the end of the text') return 'Put several providers into one array.';
  if (/^['‘’“”`]/.test(found)) return 'Write keys and texts in double quotes.';
  if (/^[/#]/.test(found)) return 'Remove the comment: JSON has none.';
  if (/^[}\]]/.test(found) && /,\s*$/.test(cursor.text.slice(0, cursor.at)))
    return 'Remove the comma before it.';
  if (expected.startsWith('a key')) return 'Write keys in double quotes.';
  if (expected.startsWith('","')) return 'Put a comma before it.';
  if (found === '"') return 'Close the text on the same line, and write a backslash as two.';
  return undefined;
}

const lineAt = ({ text, at }: Cursor): number => 1 + lineBreaksIn(text.slice(0, at));

function placeOf(cursor: Cursor): string {
  const column =
    cursor.text
      .slice(0, cursor.at)
      .split(/[\r\n]/)
      .at(-1)?.length ?? 0;
  return `line ${lineAt(cursor)}, column ${column + 1}`;
}
