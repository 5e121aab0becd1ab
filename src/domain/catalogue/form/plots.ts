import type { CATALOGUE_FORMAT, Made } from './pointer.ts';

/** `plots.json`: the numbers behind the plots. */
export interface Plots {
  readonly format: typeof CATALOGUE_FORMAT;
  readonly made: Made;
  /** The furthest behind first. `days`: since the first newer version upstream was seen or published. */
  readonly behind: readonly {
    readonly address: string;
    readonly versions: number;
    readonly days: number | null;
  }[];
  /** The largest first. */
  readonly bytes: readonly { readonly address: string; readonly bytes: number }[];
  /** Oldest first. */
  readonly runs: readonly {
    readonly at: string;
    readonly durationMs: number;
    readonly bytes: number;
    readonly ok: boolean;
  }[];
  /** Oldest first: how long versions waited from their first sight, in hours; `open` for those that still wait. */
  readonly holds: readonly {
    readonly address: string;
    readonly version: string;
    readonly since: string;
    readonly hours: number;
    readonly open: boolean;
  }[];
}
