import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { backOffMs } from '../../domain/back-off.ts';
import { SyncError } from '../../domain/errors.ts';
import { conflictEvent, identityKey } from '../../domain/ledger/conflict.ts';
import {
  type CloudEvent,
  contentsOf,
  type HashText,
  type Head,
  nextEntry,
  streamOf,
} from '../../domain/ledger/entry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Appended } from '../../ports/ledger.ts';
import { serviceErrorOf, serviceUnavailable } from '../aws/service-errors.ts';
import { BY_KEY, type Item, itemOf, STREAMS, textIn } from './items.ts';
import { first, inStream, query, type Table } from './queries.ts';

export interface AppendTerms {
  readonly table: Table;
  readonly clock: Clock;
  readonly hash: HashText;
  readonly shards: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
}

/** A stream whose writers are so many that nobody wins this often is not served any more. */
const MOST_TRIES = 60;
const PAUSES = { baseDelayMs: 10, maxDelayMs: 500 };

export interface JudgedEvent {
  readonly event: CloudEvent;
  readonly key: string;
  readonly contents: string;
}

/** Throws ArgumentsInvalid for what has no canonical form. */
export function judgeEvent(hash: HashText, event: CloudEvent): JudgedEvent {
  try {
    return { event, key: identityKey(hash, event), contents: contentsOf(hash, event) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SyncError('ArgumentsInvalid', `An event cannot be kept: it ${why}.`, { cause: error });
  }
}

/**
 * Appends by one conditional write. The head is read first and the key after it: whoever puts the same event in
 * between takes the number that this write wants, so it fails, and the next try sees what is there.
 */
export async function appendEvent(terms: AppendTerms, judged: JudgedEvent): Promise<Appended> {
  const { table, clock, hash, shards } = terms;
  const { event, key, contents } = judged;
  const stream = streamOf(event);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const head = await headOf(table, stream);
    const there = await first(
      query(
        table,
        inStream(stream, {
          IndexName: BY_KEY,
          KeyConditionExpression: 'pk = :pk AND #key = :key',
          ExpressionAttributeNames: { '#key': 'key' },
          ExpressionAttributeValues: { ':key': { S: key } },
        }),
      ),
    );
    if (there !== undefined) {
      if (textIn(there, 'contents') === contents) return 'duplicate';
      await appendEvent(terms, judgeEvent(hash, conflictEvent(hash, event, clock.now())));
      return 'conflict';
    }
    const entry = nextEntry(hash, event, head, clock.now());
    // The list of streams comes first: a stream that is listed and empty harms nobody.
    if (entry.seq === 1) await put(table, { pk: { S: STREAMS }, sk: { S: stream } }, false);
    const shard = Number.parseInt(key.slice(0, 8), 16) % shards;
    if (await put(table, itemOf(entry, { key, contents, shard }), true)) return 'stored';
    await terms.sleep(backOffMs(tries + 1, PAUSES, terms.random));
  }
  throw new SyncError(
    'ServiceUnavailable',
    `The ledger ${table.name} has too many writers on ${stream} at once. Try again.`,
  );
}

export async function headOf(
  table: Table,
  stream: string,
): Promise<(Head & { readonly received: string }) | undefined> {
  const newest = await first(query(table, inStream(stream, { ScanIndexForward: false, Limit: 1 })));
  return (
    newest && {
      seq: Number(textIn(newest, 'sk')),
      hash: textIn(newest, 'hash'),
      received: textIn(newest, 'received'),
    }
  );
}

/** False when the place was taken. */
async function put({ dynamodb, name }: Table, Item: Item, onlyNew: boolean): Promise<boolean> {
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName: name,
        Item,
        ...(onlyNew && { ConditionExpression: 'attribute_not_exists(pk)' }),
      }),
    );
    return true;
  } catch (error) {
    const { name: code } = serviceErrorOf(error);
    if (code === 'ConditionalCheckFailedException') return false;
    if (code === 'ValidationException') {
      throw new SyncError('ArgumentsInvalid', `The ledger ${name} cannot keep an event: it is too large.`, {
        cause: error,
      });
    }
    throw serviceUnavailable(`Writing to the ledger ${name}`, error);
  }
}
