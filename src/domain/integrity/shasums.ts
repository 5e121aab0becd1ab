import type { Sha256 } from './sha256.ts';

/** A parsed SHA256SUMS: digest by file name. */
export interface Shasums {
  readonly entries: ReadonlyMap<string, Sha256>;
}
