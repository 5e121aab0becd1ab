import type { Head } from '../domain/ledger/entry.ts';

/** The heads of a ledger as they are kept elsewhere. */
export interface HeadsDocument {
  /** ISO 8601. */
  readonly at: string;
  readonly streams: Readonly<Record<string, Head>>;
  /** SHA-256 over the canonical JSON of `streams`: one line that a log or a mail can hold. */
  readonly hash: string;
}

/** Where heads are kept, each beside those before it. Methods throw as those of the ledger do. */
export interface HeadsArchive {
  readonly location: string;
  /** The hash over all heads that was kept last; undefined when there is none. */
  newestHash(): Promise<string | undefined>;
  add(document: HeadsDocument): Promise<void>;
  /** All heads that were ever kept. */
  all(): AsyncIterable<ReadonlyMap<string, Head>>;
}
