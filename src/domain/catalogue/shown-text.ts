import { printable } from '../integrity/untrusted-text.ts';

const MOST_CHARACTERS = 2000;

/** Text from outside as the catalogue has it: what steers a terminal or turns the reading direction is replaced. */
export function shown(text: string): string {
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return printable(cut.toWellFormed());
}
