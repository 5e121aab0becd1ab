import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type CloudEvent, keysOf, type LedgerEntry } from '../../domain/ledger/entry.ts';

export type Item = Record<string, AttributeValue>;

/** The local index by which a stream is asked for a source and an id; read consistently. */
export const BY_KEY = 'by-key';
/** What came in on a day, spread over shards. */
export const BY_TIME = 'by-time';
/** By the digest of SHA256SUMS; holds only entries that have one. */
export const BY_DIGEST = 'by-digest';

/** Where the streams are listed. */
export const STREAMS = 'streams';

const SEQ_DIGITS = 12;

export const partitionOf = (stream: string): string => `s#${stream}`;
export const sortOf = (seq: number): string => String(seq).padStart(SEQ_DIGITS, '0');

/** The partition of the index by time that an entry of a stream lies in, on a day: `2026-08-01#3`. */
export function bucketOf(day: string, shard: number): string {
  return `${day}#${shard}`;
}

export function itemOf(
  entry: LedgerEntry,
  { key, contents, shard }: { readonly key: string; readonly contents: string; readonly shard: number },
): Item {
  const { stream, seq, previous, hash, event } = entry;
  const received = event.received ?? '';
  const { version, digest } = keysOf(event);
  return {
    pk: { S: partitionOf(stream) },
    sk: { S: sortOf(seq) },
    key: { S: key },
    contents: { S: contents },
    type: { S: event.type },
    // An empty text is refused in an index: what an event does not have is left out.
    ...(version === undefined ? {} : { version: { S: version } }),
    ...(digest === undefined ? {} : { digest: { S: digest } }),
    received: { S: received },
    bucket: { S: bucketOf(received.slice(0, 10), shard) },
    at: { S: `${received}#${key}` },
    previous: { S: previous },
    hash: { S: hash },
    event: { S: JSON.stringify(event) },
  };
}

export const textIn = (item: Item, name: string): string => item[name]?.S ?? '';

export function entryIn(item: Item): LedgerEntry {
  return {
    stream: textIn(item, 'pk').slice('s#'.length),
    seq: Number(textIn(item, 'sk')),
    previous: textIn(item, 'previous'),
    hash: textIn(item, 'hash'),
    event: parsed(textIn(item, 'event')),
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
