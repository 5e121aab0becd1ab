import type { CloudEvent, Head, LedgerEntry } from '../domain/ledger/entry.ts';

/**
 * What became of an event: kept, there already (the same source, id and contents), or against what is there under
 * its source and id. Of the last, the ledger keeps an entry of its own (`ledger.conflict`). `queued` is said by what
 * stands before a ledger: it is safe, and will be one of these.
 */
export type Appended = 'stored' | 'duplicate' | 'conflict' | 'queued';

export interface LedgerQuery {
  /** Whole types: `provider-sync.version.sighted.v1`. */
  readonly types?: readonly string[];
  /** `data.version`. */
  readonly version?: string;
  /** Entries before this number: how one reads on, newest first. */
  readonly before?: number;
  /** The newest so many; all of them when absent. */
  readonly limit?: number;
}

export interface TimeQuery {
  /** Received at or after, and before. */
  readonly from: Date;
  readonly to: Date;
  readonly limit: number;
}

/**
 * Every event for ever, chained by stream. Entries are never changed and never removed. Several processes may append
 * at once: a stream's entries are without gaps, and each follows the one before it.
 *
 * Methods throw a SyncError: ServiceUnavailable when it passes with time, ServiceUnreachable when not, and
 * ArgumentsInvalid for an event that cannot be kept.
 */
export interface Ledger {
  /** For messages: a file, a table. */
  readonly location: string;
  /** Keeps the events in their order, all of one call or none where the ledger can; resolves when they will last. */
  append(events: readonly CloudEvent[]): Promise<readonly Appended[]>;
  /** A stream's entries, oldest first; with `limit` the newest of those that match, still oldest first. */
  read(stream: string, query?: LedgerQuery): Promise<readonly LedgerEntry[]>;
  /** What was received in a time, oldest first. */
  readTime(query: TimeQuery): Promise<readonly LedgerEntry[]>;
  /** The oldest sight of a SHA256SUMS (hex), of whichever provider and version, or of another artifact's digest. */
  firstSight(digest: string): Promise<LedgerEntry | undefined>;
  /** The newest so many entries with a digest, newest first. One that came in a moment ago may be missing. */
  newestOf(digest: string, limit: number): Promise<readonly LedgerEntry[]>;
  /** Each stream's last entry. */
  heads(): Promise<ReadonlyMap<string, Head>>;
  /** Everything as it is stored, stream by stream in the order of the numbers; what appears meanwhile may be missing. */
  entries(): AsyncIterable<LedgerEntry>;
  close(): Promise<void>;
}
