import {
  type ProviderRow,
  type ProviderState,
  STATE_ORDER,
  type VersionState,
} from '../../domain/catalogue/form/overview.ts';
import { count, day, relative } from './format.ts';
import type { StateFilter } from './query.ts';

/** How a state is coloured, always beside its words. */
export type Tone = 'good' | 'wait' | 'ask' | 'bad' | 'old' | 'none';

export interface StateWords {
  readonly state: StateFilter;
  readonly tone: Tone;
  /** In few words: `held until 28 Nov 2026`. */
  readonly words: string;
  /** What it means, in a sentence. */
  readonly meaning: string;
}

const TONES: Readonly<Record<StateFilter, Tone>> = {
  available: 'good',
  held: 'wait',
  'needs-approval': 'ask',
  admitted: 'wait',
  recalled: 'bad',
  withdrawn: 'bad',
  incomplete: 'wait',
  behind: 'old',
  absent: 'none',
};

export const STATE_NAMES: Readonly<Record<StateFilter, string>> = {
  available: 'available',
  held: 'held',
  'needs-approval': 'needs approval',
  admitted: 'let in, not here yet',
  recalled: 'recalled',
  withdrawn: 'withdrawn upstream',
  incomplete: 'incomplete',
  behind: 'behind upstream',
  absent: 'nothing here',
};

const MEANINGS: Readonly<Record<StateFilter, string>> = {
  available: 'Clients can install it from at least one destination.',
  held: 'Not let in yet: time alone lets it in.',
  'needs-approval': 'Not let in yet: a person has to approve it.',
  admitted: 'Let in: a coming run delivers it.',
  recalled: 'A person called it back: do not use it.',
  withdrawn: 'Its registry lists it no more.',
  incomplete: 'At a destination, but not whole: clients cannot install it on every platform.',
  behind: 'Its registry has newer versions.',
  absent: 'No destination has a version of it.',
};

const OF_A_VERSION: Readonly<Record<Exclude<VersionState, 'available' | 'held' | 'needs-approval'>, string>> =
  {
    recalled: 'a recalled version',
    withdrawn: 'a withdrawn version',
    admitted: 'a version on its way',
    incomplete: 'an incomplete version',
  };

/** The states of a provider in words, in the data's order: the one that matters most first. */
export function rowStates(row: ProviderRow, now: Date): readonly StateWords[] {
  if (row.states.length === 0) return [stateWords('absent')];
  return row.states.map((state) => {
    switch (state) {
      case 'behind':
        return { ...stateWords(state), words: behindWords(row.behind) };
      case 'held':
        return { ...stateWords(state), words: heldWords(row, now) };
      case 'needs-approval': {
        const waiting = row.held.filter(({ until }) => until === null);
        const [only] = waiting;
        const what = waiting.length === 1 && only ? `${only.version} needs approval` : undefined;
        return { ...stateWords(state), words: what ?? `${waiting.length || 'some'} need approval` };
      }
      case 'available':
        return stateWords(state);
      default:
        // It is not the provider: others of its versions are good.
        return row.newest === null ? stateWords(state) : { ...stateWords(state), words: OF_A_VERSION[state] };
    }
  });
}

/** A version's state; `until` is when time lets it in. */
export function versionState(state: VersionState, until: string | null, now: Date): StateWords {
  const words = stateWords(state);
  if (state !== 'held' || until === null) return words;
  const span = new Date(until) <= now ? '' : ` (${relative(until, now)})`;
  return { ...words, words: `${untilWords('held', until, now)}${span}` };
}

export function stateWords(state: StateFilter): StateWords {
  return { state, tone: TONES[state], words: STATE_NAMES[state], meaning: MEANINGS[state] };
}

function behindWords(versions: number | null): string {
  return versions === null ? 'behind upstream' : `behind by ${count(versions, 'version')}`;
}

/** The order of `state` sorting: what asks for a person first. */
const ATTENTION: readonly (ProviderState | 'absent')[] = STATE_ORDER.flatMap((state) =>
  state === 'available' ? (['absent', state] as const) : [state],
);

export function attention(row: ProviderRow): number {
  const ranks = (row.states.length === 0 ? ['absent' as const] : row.states).map((state) =>
    ATTENTION.indexOf(state),
  );
  return Math.min(...ranks);
}

function heldWords(row: ProviderRow, now: Date): string {
  const timed = row.held.flatMap(({ version, until }) => (until === null ? [] : [{ version, until }]));
  const [first] = timed.toSorted((a, b) => (a.until < b.until ? -1 : 1));
  if (first === undefined) return 'held';
  const what = timed.length === 1 ? `${first.version} held` : `${timed.length} held, the first`;
  return untilWords(what, first.until, now);
}

function untilWords(what: string, until: string, now: Date): string {
  // Its time has come, and the next sync lets it in.
  if (new Date(until) <= now) return `${what} until the next sync`;
  return `${what} until ${day(until)}`;
}
