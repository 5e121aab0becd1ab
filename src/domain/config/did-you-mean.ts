import { distance } from 'fastest-levenshtein';

const plain = (text: string): string => text.toLowerCase().replace(/[^0-9a-z]/g, '');

// Longer texts are no slips of the finger, and distance takes time by the square of the length.
const MAX_LENGTH = 40;

/**
 * The known word that `text` was probably meant to be: by its alias, by its letters and digits alone, or by
 * the fewest changed characters (two of every five at most). Undefined when nothing is near.
 */
export function didYouMean(
  text: string,
  known: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): string | undefined {
  const word = plain(text);
  if (word === '' || text.length > MAX_LENGTH) return undefined;
  const alias = Object.entries(aliases).find(([other]) => plain(other) === word)?.[1];
  if (alias !== undefined) return alias;
  const [nearest] = known
    .map((candidate) => ({ candidate, changes: distance(word, plain(candidate)) }))
    .filter(({ changes }) => changes < word.length && changes <= Math.max(1, word.length * 0.4))
    .toSorted((a, b) => a.changes - b.changes);
  return nearest?.candidate;
}
