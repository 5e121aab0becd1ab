import type { Views } from './world.ts';

/**
 * What must not be after a kill, one line for each breach: a version that a client sees in part or with other bytes,
 * or one that was whole before and is not now.
 */
export function violations(before: Views, after: Views, whole: Views): readonly string[] {
  return Object.entries(whole).flatMap(([destination, providers]) =>
    Object.entries(providers).flatMap(([type, lines]) => {
      const seen = after[destination]?.[type] ?? [];
      const was = before[destination]?.[type] ?? [];
      const name = `${type} at ${destination}`;
      if (seen.length > 0 && !sameLines(seen, lines))
        return [`${name} is installable in part: ${seen.join('; ')}`];
      if (was.length > 0 && seen.length === 0) return [`${name} was whole and is gone`];
      return [];
    }),
  );
}

/** How many of all versions in all destinations are whole, from 0 to 1. */
export function shareDone(views: Views, whole: Views): number {
  const all = Object.entries(whole).flatMap(([destination, providers]) =>
    Object.entries(providers).map(([type, lines]) => sameLines(views[destination]?.[type] ?? [], lines)),
  );
  return all.filter(Boolean).length / all.length;
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
