import { SyncError } from '../errors.ts';

/** A place in a text, moving forward. What it meets that it cannot read it throws as LockFileInvalid, with the line. */
export interface Scanner {
  readonly text: string;
  position(): number;
  atEnd(): boolean;
  peek(): string;
  /** Whether `word` comes next; passes it if so. */
  take(word: string): boolean;
  /** Throws unless `word` comes next. `what` ends the sentence "expected …". */
  expect(word: string, what?: string): void;
  /** Passes white space and comments; the comments' texts. */
  skipBlank(): readonly string[];
  /** Passes blanks and comments up to the end of the line, and throws when something else stands there. */
  endLine(after: string): void;
  identifier(): string | undefined;
  /** A quoted string without interpolation: its value. */
  string(what: string): string;
  /** Passes any expression, up to the end of its line or the bracket that closes what it stands in. */
  skipExpression(): void;
  fail(what: string): never;
}

const BLANK = /[ \t\r\n\uFEFF]/;
const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** Deeper nesting than this is no lock file, and would only exhaust the stack. */
const DEEPEST = 100;

export function createScanner(text: string): Scanner {
  let at = 0;

  const fail = (what: string, where = at): never => {
    const line = text.slice(0, where).split('\n').length;
    throw new SyncError(
      'LockFileInvalid',
      `Line ${line} of the dependency lock file cannot be read: ${what}. Nothing was changed. Mend the line, or ` +
        'delete the file and let it be written anew.',
    );
  };
  const peek = () => text[at] ?? '';
  const atEnd = () => at >= text.length;
  const take = (word: string) => {
    if (!text.startsWith(word, at)) return false;
    at += word.length;
    return true;
  };
  const shown = () => (atEnd() ? 'the file ends' : `there is ${JSON.stringify(peek())}`);
  const expect = (word: string, what = JSON.stringify(word)) => {
    if (!take(word)) fail(`expected ${what}, but ${shown()}`);
  };

  const comment = (): string | undefined => {
    const start = at;
    if (take('#') || take('//')) {
      while (!atEnd() && peek() !== '\n') at += 1;
      return text.slice(start, at).trimEnd();
    }
    if (!text.startsWith('/*', at)) return undefined;
    const end = text.indexOf('*/', at + 2);
    if (end === -1) return fail('a comment that begins with "/*" does not end');
    at = end + 2;
    return text.slice(start, at);
  };
  const skipBlank = () => {
    const comments: string[] = [];
    for (;;) {
      while (!atEnd() && BLANK.test(peek())) at += 1;
      const found = comment();
      if (found === undefined) return comments;
      comments.push(found);
    }
  };
  const endLine = (after: string) => {
    for (;;) {
      while (peek() === ' ' || peek() === '\t' || peek() === '\r') at += 1;
      if (atEnd() || take('\n')) return;
      if (comment() === undefined) fail(`expected the end of the line after ${after}, but ${shown()}`);
    }
  };
  const identifier = () => {
    IDENTIFIER.lastIndex = at;
    const [word] = IDENTIFIER.exec(text) ?? [];
    at += word?.length ?? 0;
    return word;
  };

  const string = (what: string) => {
    const start = at;
    expect('"', what);
    let value = '';
    for (;;) {
      const char = peek();
      if (char === '' || char === '\n') return fail('a quoted text does not end', start);
      at += 1;
      if (char === '"') return value;
      if ((char === '$' || char === '%') && peek() === '{') {
        return fail('a text has a template in it, which Terraform does not take here', start);
      }
      value += char === '\\' ? escaped() : char;
    }
  };
  const escaped = (): string => {
    const char = peek();
    at += 1;
    const plain = ESCAPES[char];
    if (plain !== undefined) return plain;
    const digits = char === 'u' ? 4 : 8;
    const hex = text.slice(at, at + digits);
    const known = (char === 'u' || char === 'U') && /^[0-9a-fA-F]+$/.test(hex) && hex.length === digits;
    if (!known || Number.parseInt(hex, 16) > 0x10_ff_ff) return fail(`"\\${char}" is no escape`);
    at += digits;
    return String.fromCodePoint(Number.parseInt(hex, 16));
  };

  /** Brackets are balanced, strings and comments passed as wholes; nothing is understood. */
  const skipBalanced = (closing: string, depth: number): void => {
    if (depth > DEEPEST) fail('it is nested too deeply');
    const start = at;
    for (;;) {
      skipBlank();
      if (atEnd()) fail(`a bracket is not closed by "${closing}"`, start);
      if (take(closing)) return;
      skipToken(depth);
    }
  };
  const skipToken = (depth: number): void => {
    const char = peek();
    const closing = CLOSING[char];
    if (closing !== undefined) {
      at += 1;
      skipBalanced(closing, depth + 1);
    } else if (char === '"') {
      string('a text');
    } else if (')]}'.includes(char)) {
      fail(`"${char}" closes nothing`);
    } else {
      at += 1;
    }
  };
  const skipExpression = () => {
    for (;;) {
      while (peek() === ' ' || peek() === '\t' || peek() === '\r') at += 1;
      if (atEnd() || peek() === '\n' || peek() === '}') return;
      if (comment() === undefined) skipToken(0);
    }
  };

  return {
    text,
    position: () => at,
    atEnd,
    peek,
    take,
    expect,
    skipBlank,
    endLine,
    identifier,
    string,
    skipExpression,
    fail,
  };
}
