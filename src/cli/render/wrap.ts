import { printable } from '../../domain/integrity/untrusted-text.ts';

/**
 * Breaks a line into lines of at most `width` characters, at blanks or after "/", "_", "-" and ",", and inside
 * a word only where nothing else fits. Every character but the blanks at breaks is kept.
 */
export function wrap(line: string, width: number): readonly string[] {
  if (line.length <= width) return [line];
  const lines: string[] = [];
  let current = '';
  for (const piece of line.match(/[^\s/_,-]*(?:[/_,-]+|\s+|$)/g) ?? []) {
    if ((current + piece).trimEnd().length > width && current !== '') {
      lines.push(current.trimEnd());
      current = '';
    }
    current += piece;
    while (current.trimEnd().length > width) {
      lines.push(current.slice(0, width));
      current = current.slice(width);
    }
  }
  if (current.trimEnd() !== '') lines.push(current.trimEnd());
  return lines;
}

/** Text of several lines, made safe for a terminal, wrapped and indented by `indent` blanks. */
export function wrapParagraph(text: string, width: number, indent = 0): readonly string[] {
  const margin = ' '.repeat(indent);
  return text
    .split('\n')
    .flatMap((line) => wrapWords(printable(line), Math.max(20, width - indent)))
    .map((line) => `${margin}${line}`.trimEnd());
}

/** At blanks only, so that a path, a URL or a command can be copied in one piece. */
function wrapWords(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (longer.length > width && current !== '') {
      lines.push(current);
      current = word;
    } else {
      current = longer;
    }
  }
  return [...lines, current];
}
