/** A run of text from outside, or one character of it that must not act and is named instead. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  /** `name` as `U+202E`. */
  | { readonly kind: 'control'; readonly name: string };

/** What has no shape of its own: controls, marks that turn the reading direction round, invisible joiners. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u115f\u1160\u3164\uffa0]/gu;

/** Splits text from outside into what may stand as it is and the characters that are named instead. */
export function visibleParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: character, index } of text.matchAll(INVISIBLE)) {
    if (index > end) parts.push({ kind: 'text', text: text.slice(end, index) });
    parts.push({ kind: 'control', name: nameOf(character) });
    end = index + character.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

/** The same in one string, for places that take no marks: `a⟨U+202E⟩b`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `⟨${nameOf(character)}⟩`);
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Long text cut for the first look: whole when it has at most `limit` characters, and a few more are no reason. */
export function cut(text: string, limit: number): { readonly text: string; readonly whole: boolean } {
  if (text.length <= limit * 1.2) return { text, whole: true };
  // Not within a character of two units.
  const end = /[\ud800-\udbff]/.test(text[limit - 1] ?? '') ? limit - 1 : limit;
  return { text: text.slice(0, end), whole: false };
}
