// Control characters, C1 codes and the marks that turn the reading direction round.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const MAX_QUOTED_LENGTH = 200;

/** Text from outside as it may stand on a terminal: what would steer the terminal is replaced. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\u{FFFD}');
}

/** `printable` text in quotes, cut to a length that fits a message. */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text;
  return `"${printable(cut)}"`;
}

/** Shortens every http(s) link in a text to its host. */
export function withoutLinks(text: string): string {
  return text.replace(/(https?:\/\/[^\s/?#"'<>]+)[^\s"'<>]*/g, '$1/…');
}
