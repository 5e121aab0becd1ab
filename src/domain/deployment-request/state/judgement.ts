import type { KnownState } from '../request.ts';
import { readState, type StateContents } from './schema.ts';

/**
 * Whether a state may be planned against. Terraform takes an empty file for a first run and plans to create everything
 * again; an older one makes it forget what was created since. Undefined contents: no state yet.
 */
export function judgeState(
  text: string | undefined,
  known: KnownState | undefined,
): { readonly contents: StateContents | undefined } | { readonly problem: string } {
  if (text === undefined) {
    if (known === undefined || known.resources === 0) return { contents: undefined };
    return {
      problem: `there is no state, where one of serial ${known.serial} with ${known.resources} resources was`,
    };
  }
  // Terraform makes an empty file for its lock before it has anything to write: a first run that dies leaves it so.
  if (text === '' && (known === undefined || known.lineage === '')) return { contents: undefined };
  const contents = readState(text);
  if (contents === undefined) {
    return {
      problem: text === '' ? 'the state is an empty file' : 'what is stored is no state of Terraform',
    };
  }
  // Without a lineage nothing was known of it but that something may exist.
  if (known === undefined || known.lineage === '') return { contents };
  if (contents.lineage !== known.lineage) {
    return { problem: `the state is another one (lineage ${contents.lineage}, where ${known.lineage} was)` };
  }
  if (contents.serial < known.serial) {
    return {
      problem: `the state is older (serial ${contents.serial}) than the last one that was seen (${known.serial})`,
    };
  }
  return { contents };
}

/** Resources whose change began, and of which the state says nothing afterwards. */
export function unsettledAfter(
  begun: Iterable<string>,
  settled: ReadonlySet<string>,
  state: StateContents | undefined,
): readonly string[] {
  const present = new Set(state?.resources);
  return [...new Set(begun)].filter((address) => !settled.has(address) && !present.has(address)).toSorted();
}
