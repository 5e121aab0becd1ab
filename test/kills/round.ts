/** Names of the notes that every round makes. */
export const NAMES = ['first', 'second', 'third'];
export const PASSWORD = 'correct-horse-battery-staple';

/** What a round is given. */
export interface RoundTerms {
  readonly random: () => number;
  readonly problem: (text: string) => void;
}

/** Mulberry32: numbers from 0 to 1; the same seed gives the same ones. */
export function randomFrom(start: number): () => number {
  let seed = start;
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
