import type { HttpDocument } from './contract.ts';
import { responseInvalid } from './failures.ts';
import { readJson } from './json.ts';
import { isWebPage } from './web-page.ts';

/** As much of a server's own words as a message carries. */
const MAX_WORDS = 300;
/** A document that says what went wrong is short; a long one is not read for it. */
const MAX_WORDS_BYTES = 64 * 1024;

/** The part of a zod schema that reading needs, so that only `schema.ts` files import zod. */
export interface Schema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

/** The body as JSON of the schema's shape. Throws `<Side>ResponseInvalid`, naming what is wrong with it. */
export function readJsonAs<T>(document: HttpDocument, schema: Schema<T>): T {
  return checkAs(document, schema, readJson(document));
}

/** As `readJsonAs`, of a value that was read already. */
export function checkAs<T>(document: HttpDocument, schema: Schema<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, 3)
    .map(({ path, message }) =>
      path.length === 0 ? inWords(message) : `${path.join('.')}: ${inWords(message)}`,
    );
  const what = `the answer is not what it should be (${oneLine(issues.join('; '))})`;
  throw responseInvalid(document.side, document.target, what);
}

/** zod's words for what is missing name a value of JavaScript, which is none of JSON. */
function inWords(message: string): string {
  return message.replace(/^Invalid input: expected (.+), received undefined$/, 'is missing');
}

/**
 * What a server says about an error, on one line, without links and cut to 300 characters; undefined when it
 * says nothing readable. Read are JSON:API errors (`title`, `detail`) and lists of strings, as the public
 * registry sends them.
 */
export function serverWords(document: HttpDocument): string | undefined {
  if (isWebPage(document) || document.bytes.length > MAX_WORDS_BYTES) return undefined;
  const said = saidIn(document);
  if (!isRecord(said) || !Array.isArray(said['errors'])) return undefined;
  const words = said['errors'].map(wordsOfError).filter((text) => text !== '');
  return words.length === 0 ? undefined : oneLine([...new Set(words)].join('; '));
}

/** Text of another's making as one line of at most 300 characters: no control characters, no links. */
export function oneLine(text: string): string {
  const line = text
    .replaceAll(/https?:\/\/\S+/gi, '(link)')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS - 1)}…` : line;
}

/** Undefined where it is no JSON. */
function saidIn(document: HttpDocument): unknown {
  try {
    return readJson(document);
  } catch {
    return undefined;
  }
}

function wordsOfError(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!isRecord(error)) return '';
  return [error['title'], error['detail']].filter((part) => typeof part === 'string').join(': ');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
