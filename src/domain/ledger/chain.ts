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
 * Checks every entry against the one before it, and against heads that were kept elsewhere. A chain alone cannot
 * tell that its end was cut off, that it was rewritten to its end, or that it is gone: only a head can.
 */
export function verifyChain(hash: HashText, anchors: ReadonlyMap<string, Head> = new Map()): ChainVerifier {
  const heads = new Map<string, Head>();
  const problems: ChainProblem[] = [];
  const met = new Set<string>();
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
      const anchor = anchors.get(stream);
      if (anchor?.seq !== seq) return;
      met.add(stream);
      if (anchor.hash !== entry.hash)
        note('anchor', `entry ${seq} is not the one whose hash was kept elsewhere`);
    },
    finish: () => {
      for (const [stream, { seq }] of anchors) {
        if (met.has(stream)) continue;
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

function safeHash(hash: HashText, entry: LedgerEntry): string | undefined {
  try {
    return hashEntry(hash, entry);
  } catch {
    return undefined;
  }
}
