/** How far something has been read. Methods throw as those of the ledger do. */
export interface Bookmark {
  /** Undefined when nothing has been read yet. */
  read(): Promise<Date | undefined>;
  write(until: Date): Promise<void>;
}
