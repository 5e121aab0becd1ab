import { setTimeout } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { HashText, Head, LedgerEntry } from '../../domain/ledger/entry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Appended, Ledger, LedgerQuery, TimeQuery } from '../../ports/ledger.ts';
import { type AppendTerms, appendEvent, headOf, judgeEvent } from './append.ts';
import { BY_DIGEST, BY_TIME, bucketOf, entryIn, type Item, STREAMS, sortOf, textIn } from './items.ts';
import { first, inStream, query, type Table } from './queries.ts';

/** How many partitions the index by time has for a day: one takes 1,000 writes a second. */
const DEFAULT_SHARDS = 4;

export interface DynamoLedgerOptions {
  readonly dynamodb: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly hash: HashText;
  /** As the table was filled with; more may be read than are written. */
  readonly shards?: number;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  readonly random?: () => number;
}

/**
 * A ledger in one DynamoDB table: partition key `pk` (`s#` and the stream), sort key `sk` (the number, twelve digits),
 * a local index on `key`, and two others by time and by digest. Its writer needs PutItem and Query alone.
 */
export function createDynamoLedger(options: DynamoLedgerOptions): Ledger {
  const { dynamodb, tableName, clock, hash, shards = DEFAULT_SHARDS } = options;
  const table: Table = { dynamodb, name: tableName };
  const sleep = options.sleep ?? ((milliseconds: number) => setTimeout(milliseconds, undefined));
  const terms: AppendTerms = { table, clock, hash, shards, sleep, random: options.random ?? Math.random };
  return {
    location: `the table ${tableName}`,
    append: async (events) => {
      const judged = events.map((event) => judgeEvent(hash, event));
      const outcomes: Appended[] = [];
      for (const each of judged) outcomes.push(await appendEvent(terms, each));
      return outcomes;
    },
    read: (stream, wanted = {}) => read(table, stream, wanted),
    readTime: (wanted) => readTime(table, shards, wanted),
    firstSight: async (digest) => {
      const item = await first(query(table, ofDigest(digest, { Limit: 1 })));
      return item && entryIn(item);
    },
    newestOf: async (digest, limit) => {
      const found: LedgerEntry[] = [];
      for await (const item of query(table, ofDigest(digest, { Limit: limit, ScanIndexForward: false }))) {
        found.push(entryIn(item));
        if (found.length >= limit) break;
      }
      return found;
    },
    heads: async () => {
      const heads = new Map<string, Head>();
      for (const stream of await streams(table)) {
        const head = await headOf(table, stream);
        if (head !== undefined) heads.set(stream, { seq: head.seq, hash: head.hash });
      }
      return heads;
    },
    entries: async function* () {
      for (const stream of await streams(table)) {
        for await (const item of query(table, inStream(stream))) yield entryIn(item);
      }
    },
    close: async () => {},
  };
}

function ofDigest(digest: string, more: { readonly Limit: number; readonly ScanIndexForward?: boolean }) {
  return {
    IndexName: BY_DIGEST,
    KeyConditionExpression: 'digest = :digest',
    ExpressionAttributeValues: { ':digest': { S: digest } },
    ...more,
  };
}

async function streams(table: Table): Promise<readonly string[]> {
  const listed: string[] = [];
  const input = {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: STREAMS } },
    ConsistentRead: true,
  };
  for await (const item of query(table, input)) listed.push(textIn(item, 'sk'));
  return listed;
}

async function read(table: Table, stream: string, wanted: LedgerQuery): Promise<readonly LedgerEntry[]> {
  const { types, version, before, limit = Number.POSITIVE_INFINITY } = wanted;
  if (types?.length === 0) return [];
  const values: Item = {};
  const names: Record<string, string> = {};
  const filters: string[] = [];
  if (version !== undefined) {
    filters.push('#version = :version');
    names['#version'] = 'version';
    values[':version'] = { S: version };
  }
  if (types !== undefined) {
    const places = types.map((type, index) => {
      values[`:type${index}`] = { S: type };
      return `:type${index}`;
    });
    filters.push(`#type IN (${places.join(', ')})`);
    names['#type'] = 'type';
  }
  if (before !== undefined) values[':before'] = { S: sortOf(before) };
  const input = inStream(stream, {
    ScanIndexForward: false,
    KeyConditionExpression: before === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :before',
    ExpressionAttributeValues: values,
    ...(filters.length > 0 && { FilterExpression: filters.join(' AND '), ExpressionAttributeNames: names }),
  });
  const found: LedgerEntry[] = [];
  for await (const item of query(table, input)) {
    if (found.length >= limit) break;
    found.push(entryIn(item));
  }
  return found.toReversed();
}

const DAY = 86_400_000;

async function readTime(
  table: Table,
  shards: number,
  { from, to, limit }: TimeQuery,
): Promise<readonly LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  const start = Date.parse(from.toISOString().slice(0, 10));
  for (let day = start; day < to.getTime() && found.length < limit; day += DAY) {
    const name = new Date(day).toISOString().slice(0, 10);
    const lists = await Promise.all(
      Array.from({ length: shards }, (_, shard) =>
        ofShard(table, bucketOf(name, shard), { from, to, limit }),
      ),
    );
    found.push(
      ...lists
        .flat()
        .toSorted((a, b) => (textIn(a, 'at') < textIn(b, 'at') ? -1 : 1))
        .map(entryIn),
    );
  }
  return found.slice(0, limit);
}

async function ofShard(
  table: Table,
  bucket: string,
  { from, to, limit }: TimeQuery,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  const found = query(table, {
    IndexName: BY_TIME,
    // A time alone stands before all entries of that time, so that the end is not within.
    KeyConditionExpression: '#bucket = :bucket AND #at BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#bucket': 'bucket', '#at': 'at' },
    ExpressionAttributeValues: {
      ':bucket': { S: bucket },
      ':from': { S: from.toISOString() },
      ':to': { S: to.toISOString() },
    },
  });
  for await (const item of found) {
    if (items.length >= limit) break;
    items.push(item);
  }
  return items;
}
