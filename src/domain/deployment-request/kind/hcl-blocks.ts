/** One block of HCL: what it is, what it holds, and where. Expressions are not understood, but for single plain texts. */
export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  /** By name: the text where it is one quoted text without a template, undefined for any other expression. */
  readonly attributes: ReadonlyMap<string, string | undefined>;
  readonly blocks: readonly HclBlock[];
  /** From 1. */
  readonly line: number;
}

export interface HclProblem {
  readonly line: number;
  readonly message: string;
}

/** Deeper nesting than this is written by nobody, and would only exhaust the stack. */
const DEEPEST = 60;
const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const HEREDOC = /<<-?([\p{ID_Start}_][\p{ID_Continue}-]*)\r?\n/uy;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The blocks of a `.tf` file. What cannot be read is refused as a whole: a guard must not skip what it does not know. */
export function readHclBlocks(
  text: string,
): { readonly blocks: readonly HclBlock[] } | { readonly problem: HclProblem } {
  try {
    return { blocks: createReader(text.replace(/^\uFEFF/, '')).file() };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: { line: error.line, message: error.message } };
    throw error;
  }
}

class Unreadable extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

function createReader(text: string) {
  let at = 0;
  const lineAt = (where: number): number => text.slice(0, where).split('\n').length;
  const fail = (message: string, where = at): never => {
    throw new Unreadable(lineAt(where), message);
  };
  const peek = (): string => text[at] ?? '';

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at += found[0].length;
    return found;
  };

  /** Blanks and comments; line ends too where `lines`. */
  const skip = (lines: boolean): void => {
    for (;;) {
      const char = peek();
      if (char === ' ' || char === '\t' || char === '\r' || (lines && char === '\n')) at += 1;
      else if (char === '#' || text.startsWith('//', at)) {
        while (at < text.length && peek() !== '\n') at += 1;
      } else if (text.startsWith('/*', at)) {
        const end = text.indexOf('*/', at + 2);
        if (end === -1) fail('a comment that begins with "/*" does not end');
        at = end + 2;
      } else return;
    }
  };

  /** A quoted text: its value, or undefined where a template or an escape is in it. */
  const quoted = (depth: number): string | undefined => {
    const start = at;
    at += 1;
    let value: string | undefined = '';
    for (;;) {
      const char = peek();
      if (char === '' || char === '\n') fail('a quoted text does not end', start);
      at += 1;
      if (char === '"') return value;
      if (char === '\\') {
        at += 1;
        value = undefined;
      } else if ((char === '$' || char === '%') && peek() === char && text[at + 1] === '{') {
        at += 2;
        value = undefined;
      } else if ((char === '$' || char === '%') && peek() === '{') {
        at += 1;
        balanced('}', depth + 1);
        value = undefined;
      } else if (value !== undefined) value += char;
    }
  };

  const heredoc = (marker: string): void => {
    const start = at;
    // Templates within may hold anything but the marker on a line of its own, which ends it all the same.
    for (;;) {
      if (at >= text.length) fail(`a text that begins with <<${marker} does not end`, start);
      const end = text.indexOf('\n', at);
      const line = text.slice(at, end === -1 ? text.length : end);
      at = end === -1 ? text.length : end;
      if (line.trim() === marker) return;
      at += 1;
    }
  };

  const token = (depth: number): void => {
    const closing = CLOSING[peek()];
    if (closing !== undefined) {
      at += 1;
      balanced(closing, depth + 1);
    } else if (peek() === '"') quoted(depth);
    else if (')]}'.includes(peek())) fail(`"${peek()}" closes nothing`);
    else {
      const found = match(HEREDOC);
      if (found === null) at += 1;
      else heredoc(found[1] ?? '');
    }
  };

  const balanced = (closing: string, depth: number): void => {
    const start = at;
    if (depth > DEEPEST) fail('it is nested too deeply');
    for (;;) {
      skip(true);
      if (at >= text.length) fail(`a bracket is not closed by "${closing}"`, start);
      if (peek() === closing) {
        at += 1;
        return;
      }
      token(depth);
    }
  };

  /** To the end of the line; the value where it is one plain text. */
  const expression = (depth: number): string | undefined => {
    skip(false);
    let value: string | undefined;
    let tokens = 0;
    for (;;) {
      skip(false);
      if (at >= text.length || peek() === '\n' || peek() === '}') return tokens === 1 ? value : undefined;
      value = peek() === '"' ? quoted(depth) : (token(depth), undefined);
      tokens += 1;
    }
  };

  const body = (depth: number, closing: '}' | ''): Pick<HclBlock, 'attributes' | 'blocks'> => {
    if (depth > DEEPEST) fail('it is nested too deeply');
    const attributes = new Map<string, string | undefined>();
    const blocks: HclBlock[] = [];
    for (;;) {
      skip(true);
      if (at >= text.length) {
        if (closing !== '') fail('a block does not end');
        return { attributes, blocks };
      }
      if (closing !== '' && peek() === closing) {
        at += 1;
        return { attributes, blocks };
      }
      const start = at;
      const word = match(IDENTIFIER)?.[0] ?? fail(`expected a name, but there is ${JSON.stringify(peek())}`);
      skip(false);
      if (peek() === '=' && text[at + 1] !== '=') {
        at += 1;
        attributes.set(word, expression(depth));
        continue;
      }
      const labels: string[] = [];
      while (peek() === '"' || match(/(?=[\p{ID_Start}_])/uy) !== null) {
        const label = peek() === '"' ? quoted(depth) : match(IDENTIFIER)?.[0];
        labels.push(label ?? fail('a label has a template in it', start));
        skip(false);
      }
      if (peek() !== '{') fail(`"${word}" is neither a block nor an attribute`, start);
      at += 1;
      blocks.push({ type: word, labels, line: lineAt(start), ...body(depth + 1, '}') });
    }
  };

  return { file: (): readonly HclBlock[] => body(0, '').blocks };
}
