import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { SyncError } from '../../domain/errors.ts';
import { conflictEvent, identityKey } from '../../domain/ledger/conflict.ts';
import {
  type CloudEvent,
  contentsOf,
  type HashText,
  type Head,
  keysOf,
  type LedgerEntry,
  nextEntry,
  streamOf,
} from '../../domain/ledger/entry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Appended, Ledger, LedgerQuery, TimeQuery } from '../../ports/ledger.ts';
import { type DatabaseKind, failing as failingFor, openDatabase, transaction } from '../sqlite/database.ts';

export interface SqliteLedgerOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly hash: HashText;
  /** Makes nothing: for commands that only read. */
  readonly mustExist?: boolean;
}

const LEDGER: DatabaseKind = {
  name: 'ledger',
  version: 1,
  origin: 'A run with a policy or with --ledger makes one; name another with --ledger FILE.',
  schema: `
CREATE TABLE streams (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  seq INTEGER NOT NULL, hash BLOB NOT NULL, received TEXT NOT NULL
) STRICT;
CREATE TABLE entries (
  place INTEGER PRIMARY KEY, stream INTEGER NOT NULL, seq INTEGER NOT NULL,
  key BLOB NOT NULL UNIQUE, contents BLOB NOT NULL,
  type TEXT NOT NULL, version TEXT, digest BLOB, received INTEGER NOT NULL,
  previous BLOB NOT NULL, hash BLOB NOT NULL, event TEXT NOT NULL,
  UNIQUE (stream, seq)
) STRICT;
CREATE INDEX by_version ON entries (stream, version, seq) WHERE version IS NOT NULL;
CREATE INDEX by_type ON entries (stream, type, seq);
CREATE INDEX by_time ON entries (received, place);
CREATE INDEX by_digest ON entries (digest) WHERE digest IS NOT NULL;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
CREATE TRIGGER entries_keep BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
PRAGMA user_version = 1;
`,
};

/** How many entries are read at once where all of them are asked for. */
const PAGE = 1000;

/**
 * A ledger in one SQLite file on a local disk. Several processes may have it open. An append is on the disk when it
 * resolves: a process that dies leaves whole entries, and a machine that does likewise.
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<Ledger> {
  const { file, mustExist = false } = options;
  const database = await openDatabase(LEDGER, file, { mustExist });
  const failing = <T>(where: string, work: () => T | Promise<T>) => failingFor(LEDGER, where, work);
  const appendOne = appender(database, options);
  const reader = createReader(database);
  return {
    location: file,
    append: (events) => failing(file, () => transaction(database, () => events.map(appendOne))),
    read: (stream, query = {}) => failing(file, () => reader.read(stream, query)),
    readTime: (query) => failing(file, () => reader.readTime(query)),
    firstSight: (digest) => failing(file, () => reader.firstSight(digest)),
    newestOf: (digest, limit) => failing(file, () => reader.newestOf(digest, limit)),
    heads: () => failing(file, () => reader.heads()),
    entries: async function* () {
      for (const stream of await failing(file, () => reader.storedStreams())) {
        for (let place = -1; ; ) {
          const page = await failing(file, () => reader.page(stream, place));
          yield* page.entries;
          if (page.last === undefined) break;
          place = page.last;
        }
      }
    },
    close: async () => database.close(),
  };
}

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');
const text = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex');

/** Appends one event within a transaction that the caller has begun. */
function appender(database: DatabaseSync, { clock, hash }: SqliteLedgerOptions) {
  const known = database.prepare('SELECT contents FROM entries WHERE key = ?');
  const headOf = database.prepare('SELECT id, seq, hash, received FROM streams WHERE name = ?');
  const begin = database.prepare("INSERT INTO streams (name, seq, hash, received) VALUES (?, 0, x'', '')");
  const advance = database.prepare('UPDATE streams SET seq = ?, hash = ?, received = ? WHERE id = ?');
  const insert = database.prepare(
    'INSERT INTO entries (stream, seq, key, contents, type, version, digest, received, previous, hash, event) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );

  const store = (event: CloudEvent, key: Uint8Array, contents: string): void => {
    const name = streamOf(event);
    const row = headOf.get(name);
    const head =
      row === undefined
        ? undefined
        : { seq: Number(row['seq']), hash: text(row['hash']), received: String(row['received']) };
    const entry = nextEntry(hash, event, head, clock.now());
    const id = row === undefined ? Number(begin.run(name).lastInsertRowid) : Number(row['id']);
    const { version, digest } = keysOf(event);
    const received = entry.event.received ?? '';
    insert.run(
      id,
      entry.seq,
      key,
      hex(contents),
      event.type,
      version ?? null,
      digest === undefined ? null : Buffer.from(digest, 'utf8'),
      Date.parse(received),
      hex(entry.previous),
      hex(entry.hash),
      JSON.stringify(entry.event),
    );
    advance.run(entry.seq, hex(entry.hash), received, id);
  };

  const append = (event: CloudEvent): Appended => {
    const { key, contents } = judged(hash, event);
    const there = known.get(key);
    if (there === undefined) {
      store(event, key, contents);
      return 'stored';
    }
    if (text(there['contents']) === contents) return 'duplicate';
    append(conflictEvent(hash, event, clock.now()));
    return 'conflict';
  };
  return append;
}

/** The event's key and contents. Throws ArgumentsInvalid for what has no canonical form. */
function judged(hash: HashText, event: CloudEvent): { readonly key: Uint8Array; readonly contents: string } {
  try {
    return { key: hex(identityKey(hash, event)).subarray(0, 16), contents: contentsOf(hash, event) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SyncError('ArgumentsInvalid', `An event cannot be kept: it ${why}.`, { cause: error });
  }
}

function createReader(database: DatabaseSync) {
  // A blob becomes an ArrayBuffer of its own, which costs more than the whole row: SQLite writes the hexadecimals.
  const COLUMNS =
    'streams.name AS stream, entries.place, entries.seq, lower(hex(entries.previous)) AS previous, ' +
    'lower(hex(entries.hash)) AS hash, entries.event FROM entries JOIN streams ON streams.id = entries.stream';
  // There are few forms of a question, and preparing one takes longer than asking it.
  const prepared = new Map<string, StatementSync>();
  const all = (sql: string, ...values: readonly SQLInputValue[]) => {
    const statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    return statement.all(...values).map(entryOf);
  };
  return {
    read: (stream: string, { types, version, before, limit }: LedgerQuery): readonly LedgerEntry[] => {
      const values: SQLInputValue[] = [stream];
      let where = 'WHERE entries.stream = (SELECT id FROM streams WHERE name = ?)';
      const add = (condition: string, ...more: readonly SQLInputValue[]) => {
        where += ` AND ${condition}`;
        values.push(...more);
      };
      if (version !== undefined) add('entries.version = ?', version);
      if (types !== undefined) add(`entries.type IN (${types.map(() => '?').join(', ')})`, ...types);
      if (before !== undefined) add('entries.seq < ?', before);
      const sql = `SELECT ${COLUMNS} ${where} ORDER BY entries.seq DESC LIMIT ?`;
      return all(sql, ...values, limit ?? -1).reverse();
    },
    readTime: ({ from, to, limit }: TimeQuery): readonly LedgerEntry[] =>
      all(
        `SELECT ${COLUMNS} WHERE entries.received >= ? AND entries.received < ? ` +
          'ORDER BY entries.received, entries.place LIMIT ?',
        from.getTime(),
        to.getTime(),
        limit,
      ),
    firstSight: (digest: string): LedgerEntry | undefined =>
      all(
        `SELECT ${COLUMNS} WHERE entries.digest = ? ORDER BY entries.place LIMIT 1`,
        Buffer.from(digest, 'utf8'),
      )[0],
    newestOf: (digest: string, limit: number): readonly LedgerEntry[] =>
      all(
        `SELECT ${COLUMNS} WHERE entries.digest = ? ORDER BY entries.place DESC LIMIT ?`,
        Buffer.from(digest, 'utf8'),
        limit,
      ),
    heads: (): ReadonlyMap<string, Head> =>
      new Map(
        database
          .prepare('SELECT name, seq, hash FROM streams WHERE seq > 0 ORDER BY name')
          .all()
          .map(({ name, seq, hash }) => [String(name), { seq: Number(seq), hash: text(hash) }]),
      ),
    storedStreams: (): readonly number[] =>
      database
        .prepare('SELECT DISTINCT stream FROM entries ORDER BY stream')
        .all()
        .map(({ stream }) => Number(stream)),
    /** One stream's entries as they are stored, in the order of their numbers. */
    page: (stream: number, after: number) => {
      const rows = database
        .prepare(
          `SELECT ${COLUMNS.replace('JOIN', 'LEFT JOIN')} WHERE entries.stream = ? AND entries.seq > ? ` +
            'ORDER BY entries.seq LIMIT ?',
        )
        .all(stream, after, PAGE);
      const last = rows.at(-1)?.['seq'];
      return { entries: rows.map(entryOf), last: last === undefined ? undefined : Number(last) };
    },
  };
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function entryOf({ stream, seq, previous, hash, event }: Row): LedgerEntry {
  return {
    stream: typeof stream === 'string' ? stream : '(a stream without a name)',
    seq: Number(seq),
    previous: String(previous),
    hash: String(hash),
    event: parsed(String(event)),
  };
}

/** What is no JSON any more was changed by somebody: it is shown as an event that nobody recorded. */
function parsed(json: string): CloudEvent {
  try {
    return JSON.parse(json) as CloudEvent;
  } catch {
    return { specversion: '1.0', id: '', source: '', type: '', data: json };
  }
}
