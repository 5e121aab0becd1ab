import { type HashText, type Head, hashEntry, type LedgerEntry, NO_ENTRY, streamOf } from './entry.ts';

interface ChainProblem {
  readonly stream: string;
  /** As the entry says; the anchor's for what only that finds. */
  readonly seq: number;
  /**
   * `hash`: the entry is not what was hashed. `previous`: the entry before it is not the one it followed. `seq`: one
   * is missing, repeated or out of order. `subject`: it is about something else than its stream. `anchor`: the
   * stream is not the one whose head was kept elsewhere, or is cut off before it.
   */
  readonly what: 'hash' | 'previous' | 'seq' | 'subject' | 'anchor';
  readonly message: string;
}

export interface ChainVerdict {
  readonly entries: number;
  readonly heads: ReadonlyMap<string, Head>;
  /** In the order in which they were met. */
  readonly problems: readonly ChainProblem[];
}

export interface ChainVerifier {
  /** Each stream's entries in the order in which they are kept; streams may be mixed. */
  take(entry: LedgerEntry): void;
  finish(): ChainVerdict;
}

/**
 * Checks every entry against the one before it, and against heads that were kept elsewhere, each at its time. A chain alone cannot
 * tell that its end was cut off, that it was rewritten to its end, or that it is gone: only a head can.
 */
export function verifyChain(
  hash: HashText,
  ...anchors: readonly (ReadonlyMap<string, Head> | undefined)[]
): ChainVerifier {
  const awaited = bySequence(anchors);
  const heads = new Map<string, Head>();
  const problems: ChainProblem[] = [];
  let entries = 0;
  return {
    take: (entry) => {
      entries += 1;
      const { stream, seq, previous } = entry;
      const note = (what: ChainProblem['what'], message: string) =>
        void problems.push({ stream, seq, what, message });
      const before = heads.get(stream) ?? { seq: 0, hash: NO_ENTRY };
      if (seq !== before.seq + 1) note('seq', `entry ${seq} follows entry ${before.seq}`);
      if (previous !== before.hash)
        note('previous', `entry ${seq} did not follow the entry that stands before it`);
      if (safeHash(hash, entry) !== entry.hash) note('hash', `entry ${seq} is not what was recorded`);
      if (streamOf(entry.event) !== stream) note('subject', `entry ${seq} is about ${streamOf(entry.event)}`);
      heads.set(stream, { seq, hash: entry.hash });
      const anchored = awaited.get(stream)?.get(seq);
      if (anchored === undefined) return;
      awaited.get(stream)?.delete(seq);
      if ([...anchored].some((each) => each !== entry.hash))
        note('anchor', `entry ${seq} is not the one whose hash was kept elsewhere`);
    },
    finish: () => {
      for (const [stream, left] of awaited) {
        if (left.size === 0) continue;
        const seq = Math.max(...left.keys());
        const there = heads.get(stream);
        const message =
          there === undefined
            ? 'the whole stream is gone'
            : `entry ${seq} is gone: the stream ends with entry ${there.seq}`;
        problems.push({ stream, seq, what: 'anchor', message });
      }
      return { entries, heads, problems };
    },
  };
}

/** What was kept of each stream's entries, by their numbers: one hash, unless somebody kept two. */
function bySequence(
  anchors: readonly (ReadonlyMap<string, Head> | undefined)[],
): Map<string, Map<number, Set<string>>> {
  const all = new Map<string, Map<number, Set<string>>>();
  for (const [stream, { seq, hash }] of anchors.flatMap((each) => [...(each ?? [])])) {
    const ofStream = all.get(stream) ?? new Map<number, Set<string>>();
    ofStream.set(seq, (ofStream.get(seq) ?? new Set()).add(hash));
    all.set(stream, ofStream);
  }
  return all;
}

function safeHash(hash: HashText, entry: LedgerEntry): string | undefined {
  try {
    return hashEntry(hash, entry);
  } catch {
    return undefined;
  }
}
