import { canonicalize } from './canonical.ts';

/** An event in the CloudEvents 1.0 envelope. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  /** A URI reference: `/provider-sync`. */
  readonly source: string;
  readonly type: string;
  readonly subject?: string | undefined;
  /** When it happened, by the producer's clock: RFC 3339. */
  readonly time?: string | undefined;
  readonly datacontenttype?: string | undefined;
  readonly dataschema?: string | undefined;
  readonly data?: unknown;
  readonly data_base64?: string | undefined;
  /** The ledger's own clock when it took the event; whatever a producer writes there is written over. */
  readonly received?: string | undefined;
  /** The ledger's stream, where it is not the subject. */
  readonly partitionkey?: string | undefined;
  /** A digest of what the event is about, in hex, where the rules of its type name that. */
  readonly artifact?: string | undefined;
  /** Extensions: scalars. */
  readonly [extension: string]: unknown;
}

/** An event as a ledger keeps it. */
export interface LedgerEntry {
  /** What the entries are chained by: one a provider. */
  readonly stream: string;
  /** From 1, without gaps within the stream. */
  readonly seq: number;
  /** The hash of the entry before; 64 zeros for the first. */
  readonly previous: string;
  readonly hash: string;
  /** With `received`. */
  readonly event: CloudEvent;
}

/** The last entry of a stream: what is kept elsewhere to find a stream that was cut or rewritten. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** SHA-256 in lower-case hex of the bytes that `previous` stands for in hex, followed by the text in UTF-8. */
export type HashText = (text: string, previous?: string) => string;

export const NO_ENTRY = '0'.repeat(64);

/** SHA-256(bytes of the previous hash ‖ UTF-8 of JCS({event, seq, stream})). */
export function hashEntry(hash: HashText, entry: Omit<LedgerEntry, 'hash'>): string {
  const { stream, seq, previous, event } = entry;
  return hash(canonicalize({ event, seq, stream }), previous);
}

export function streamOf({ partitionkey, subject, source }: CloudEvent): string {
  return partitionkey ?? subject ?? source;
}

/** The entry that follows `head`; the event is received no earlier than the one before it, whatever the clock says. */
export function nextEntry(
  hash: HashText,
  event: CloudEvent,
  head: (Head & { readonly received: string }) | undefined,
  now: Date,
): LedgerEntry {
  const clock = now.toISOString();
  const received = head !== undefined && head.received > clock ? head.received : clock;
  const entry = {
    stream: streamOf(event),
    seq: (head?.seq ?? 0) + 1,
    previous: head?.hash ?? NO_ENTRY,
    event: { ...event, received },
  };
  return { ...entry, hash: hashEntry(hash, entry) };
}

/** What makes an event the same as another under its source and id, hashed: not when it was sent or received. */
export function contentsOf(hash: HashText, event: CloudEvent): string {
  const { type, subject, data, data_base64 } = event;
  return hash(canonicalize({ type, subject, data, data_base64 }));
}

/** By what a ledger finds an entry beside its stream and its time. */
export function keysOf({ data, artifact }: CloudEvent): {
  readonly version: string | undefined;
  /** Of SHA256SUMS, or of whatever else the event is about. */
  readonly digest: string | undefined;
} {
  const { version, shasums } = (typeof data === 'object' && data !== null ? data : {}) as Record<
    string,
    unknown
  >;
  const short = (value: unknown) =>
    typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined;
  return { version: short(version), digest: short(artifact) ?? short(shasums) };
}
