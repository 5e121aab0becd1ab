/** UTF-8 bytes of one JSON text. */
export type JsonText = Uint8Array;

/** What is no JSON, for whoever reads the text: the message is for nobody's eyes. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The members of a JSON object, each value as the text that it is: of a document of 60 MB whoever wants ten formulae
 * has ten values made. What is inside a value is not checked before it is parsed. Throws NotJson.
 */
export function* membersOf(text: JsonText): Generator<{ readonly key: string; readonly value: JsonText }> {
  let at = opened(text, OPEN_OBJECT, CLOSE_OBJECT);
  while (at !== undefined) {
    if (text[at] !== QUOTE) throw new NotJson('a member has no name');
    const keyEnd = endOfString(text, at);
    const key = String(parseText(text.subarray(at, keyEnd)));
    const colon = afterBlanks(text, keyEnd);
    if (text[colon] !== COLON) throw new NotJson('a member has no value');
    const start = afterBlanks(text, colon + 1);
    const end = endOfValue(text, start);
    yield { key, value: text.subarray(start, end) };
    at = next(text, end, CLOSE_OBJECT);
  }
}

/** The elements of a JSON array, as `membersOf`. Throws NotJson. */
export function* elementsOf(text: JsonText): Generator<JsonText> {
  let at = opened(text, OPEN_ARRAY, CLOSE_ARRAY);
  while (at !== undefined) {
    const end = endOfValue(text, at);
    yield text.subarray(at, end);
    at = next(text, end, CLOSE_ARRAY);
  }
}

/** The value of a small text. Throws NotJson. */
export function parseText(text: JsonText): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch (cause) {
    throw new NotJson('it is not JSON', { cause });
  }
}

/** What a JSON string says, in UTF-8: of one of 60 MB no text of two bytes a character is made. Throws NotJson. */
export function bytesOfString(text: JsonText): Uint8Array<ArrayBuffer> {
  if (text[0] !== QUOTE || endOfString(text, 0) !== text.length) throw new NotJson('it is no string');
  // An escape is never shorter than what it stands for.
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 1; at < text.length - 1; at += 1) {
    const byte = text[at] as number;
    if (byte !== BACKSLASH) {
      bytes[length] = byte;
      length += 1;
      continue;
    }
    const escape = readEscape(text, at + 1);
    at += escape.length;
    if (escape.code < 0x80) {
      bytes[length] = escape.code;
      length += 1;
    } else {
      length += new TextEncoder().encodeInto(
        String.fromCodePoint(escape.code),
        bytes.subarray(length),
      ).written;
    }
  }
  return bytes.subarray(0, length);
}

/** By the letter behind the backslash. */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  (['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'] as const).map((pair) => [
    pair.charCodeAt(0),
    pair.charCodeAt(1),
  ]),
);
const LETTER_U = 0x75;

/** `at` is behind the backslash; `length` counts from there. */
function readEscape(text: JsonText, at: number): { readonly code: number; readonly length: number } {
  const letter = text[at] as number;
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) return { code: simple, length: 1 };
  if (letter !== LETTER_U) throw new NotJson('an escape is none of JSON');
  const first = readUnit(text, at + 1);
  const isHigh = first >= 0xd800 && first < 0xdc00;
  if (isHigh && text[at + 5] === BACKSLASH && text[at + 6] === LETTER_U) {
    const second = readUnit(text, at + 7);
    if (second >= 0xdc00 && second < 0xe000) {
      return { code: 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), length: 11 };
    }
  }
  return { code: first, length: 5 };
}

function readUnit(text: JsonText, at: number): number {
  const digits = String.fromCharCode(...text.subarray(at, at + 4));
  if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw new NotJson('an escape is none of JSON');
  return Number.parseInt(digits, 16);
}

/** Where the first member or element begins; undefined when there is none. */
function opened(text: JsonText, open: number, close: number): number | undefined {
  const start = afterBlanks(text, 0);
  if (text[start] !== open) throw new NotJson('it is of another kind');
  const first = afterBlanks(text, start + 1);
  if (text[first] !== close) return first;
  requireEnd(text, first + 1);
  return undefined;
}

/** Where the next member or element begins; undefined at the end of the text. */
function next(text: JsonText, from: number, close: number): number | undefined {
  const at = afterBlanks(text, from);
  if (text[at] === COMMA) return afterBlanks(text, at + 1);
  if (text[at] !== close) throw new NotJson('a comma is missing');
  requireEnd(text, at + 1);
  return undefined;
}

function requireEnd(text: JsonText, from: number): void {
  if (afterBlanks(text, from) !== text.length) throw new NotJson('something stands behind its end');
}

function afterBlanks(text: JsonText, from: number): number {
  let at = from;
  for (
    let byte = text[at];
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
    byte = text[at]
  ) {
    at += 1;
  }
  return at;
}

/** `at` is the first byte of a value. */
function endOfValue(text: JsonText, at: number): number {
  const first = text[at];
  if (first === QUOTE) return endOfString(text, at);
  if (first === OPEN_ARRAY || first === OPEN_OBJECT) return endOfNested(text, at);
  let end = at;
  // Numbers, true, false and null.
  for (let byte = text[end]; byte !== undefined && isPlain(byte); byte = text[end]) end += 1;
  if (end === at) throw new NotJson('a value is missing');
  return end;
}

function isPlain(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x45 || isSign(byte);
}

const isSign = (byte: number): boolean => byte === 0x2b || byte === 0x2d || byte === 0x2e;

function endOfNested(text: JsonText, at: number): number {
  let depth = 0;
  for (let index = at; index < text.length; index += 1) {
    const byte = text[index];
    if (byte === QUOTE) index = endOfString(text, index) - 1;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  throw new NotJson('it breaks off');
}

/** Behind the closing quote of the string that opens at `at`. */
function endOfString(text: JsonText, at: number): number {
  for (let index = at + 1; index < text.length; index += 1) {
    const byte = text[index] as number;
    if (byte === QUOTE) return index + 1;
    if (byte === BACKSLASH) index += 1;
    else if (byte < 0x20) throw new NotJson('a string holds a control character');
  }
  throw new NotJson('it breaks off');
}
