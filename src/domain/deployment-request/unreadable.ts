import type { Problem } from '../errors.ts';
import { printable } from '../integrity/untrusted-text.ts';

/** A row that somebody else put there, or spoilt: no request can be made of it. */
export interface UnreadableRow {
  /** The row's key as it is stored: untrusted, and perhaps no id of a deployment. */
  readonly id: string;
  readonly problems: readonly Problem[];
}

const MOST_PROBLEMS = 5;
const LONGEST = 300;

/** A row's key, and what is wrong with it in one line, fit to be shown. */
export function describeRow({ id, problems }: UnreadableRow): {
  readonly id: string;
  readonly detail: string;
} {
  const more = problems.length - MOST_PROBLEMS;
  const told = problems
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => printable(`${path} ${message}`.slice(0, LONGEST)));
  const detail = `the row is no request: ${[...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')}`;
  return { id: printable(id.slice(0, 100)), detail };
}
