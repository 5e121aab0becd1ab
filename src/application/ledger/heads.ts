import { canonicalize } from '../../domain/ledger/canonical.ts';
import { type ChainVerdict, verifyChain } from '../../domain/ledger/chain.ts';
import type { Head } from '../../domain/ledger/entry.ts';
import type { HeadsDocument } from '../../ports/heads-archive.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { hashText } from './hash-text.ts';

export async function readHeads(ledger: Ledger, now: Date): Promise<HeadsDocument> {
  const heads = [...(await ledger.heads())].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const streams = Object.fromEntries(heads);
  return { at: now.toISOString(), streams, hash: hashHeads(streams) };
}

function hashHeads(streams: Readonly<Record<string, Head>>): string {
  return hashText(canonicalize(streams));
}

/** Reads everything and checks it, also against heads that were kept elsewhere, at one time or at several. */
export async function verifyLedger(
  ledger: Ledger,
  anchors: readonly ReadonlyMap<string, Head>[] = [],
): Promise<ChainVerdict> {
  const verifier = verifyChain(hashText, ...anchors);
  for await (const entry of ledger.entries()) verifier.take(entry);
  return verifier.finish();
}
