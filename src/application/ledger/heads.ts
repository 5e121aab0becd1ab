import { canonicalize } from '../../domain/ledger/canonical.ts';
import { type ChainVerdict, verifyChain } from '../../domain/ledger/chain.ts';
import type { Head } from '../../domain/ledger/entry.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { hashText } from './hash-text.ts';

/** The heads of a ledger as they are kept elsewhere. */
export interface HeadsDocument {
  /** ISO 8601. */
  readonly at: string;
  readonly streams: Readonly<Record<string, Head>>;
  /** SHA-256 over the canonical JSON of `streams`: one line that a log or a mail can hold. */
  readonly hash: string;
}

export async function readHeads(ledger: Ledger, now: Date): Promise<HeadsDocument> {
  const heads = [...(await ledger.heads())].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const streams = Object.fromEntries(heads);
  return { at: now.toISOString(), streams, hash: hashHeads(streams) };
}

function hashHeads(streams: Readonly<Record<string, Head>>): string {
  return hashText(canonicalize(streams));
}

/** Reads everything and checks it, also against heads that were kept elsewhere. */
export async function verifyLedger(
  ledger: Ledger,
  anchors: ReadonlyMap<string, Head> = new Map(),
): Promise<ChainVerdict> {
  const verifier = verifyChain(hashText, anchors);
  for await (const entry of ledger.entries()) verifier.take(entry);
  return verifier.finish();
}
