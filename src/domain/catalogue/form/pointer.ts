/**
 * The catalogue's JSON files as they lie in a folder or bucket: what the page reads, and scripts may. Times are ISO
 * 8601 in UTC, sizes bytes, versions canonical, platforms `linux_amd64`. Texts that came from outside are without
 * control characters and cut to a length, and nothing more: whoever shows them as HTML escapes them. Members may be
 * added under the same `format`; readers ignore those that they do not know.
 *
 *     catalogue.json                                      Pointer: names the files in force
 *     index.html, assets/NAME-HASH.EXT                    the page
 *     data/GENERATION/index.json                          Overview
 *     data/GENERATION/runs.json                           Happenings
 *     data/GENERATION/plots.json                          Plots
 *     data/GENERATION/providers/HOST/NAMESPACE/TYPE.json  ProviderDetail
 */
export const CATALOGUE_FORMAT = 1;

/** `catalogue.json`. Paths are relative to its own place. */
export interface Pointer {
  readonly format: typeof CATALOGUE_FORMAT;
  readonly made: Made;
  readonly overview: string;
  readonly happenings: string;
  readonly plots: string;
  /** What waits to be removed, for the writer alone. */
  readonly retired: string;
  /** The page's own files. */
  readonly assets: readonly string[];
}

/** From when and what the data is: on every page. */
export interface Made {
  readonly at: string;
  /** The run that wrote it, `runs` in Happenings tells more; null for one written by hand. */
  readonly run: string | null;
  /** The synchronizer's version. */
  readonly by: string;
  /** `GENERATION`: unique to one writing. */
  readonly generation: string;
}
