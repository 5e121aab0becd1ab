import type { Clock } from '../../ports/clock.ts';
import type { HeadsArchive } from '../../ports/heads-archive.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { readHeads } from './heads.ts';

/** Keeps the ledger's heads where the ledger's writers cannot rewrite them, unless they are there. Throws the ports' errors. */
export async function anchorHeads(
  ledger: Ledger,
  archive: HeadsArchive,
  clock: Clock,
): Promise<{ readonly hash: string; readonly streams: number; readonly kept: boolean }> {
  const document = await readHeads(ledger, clock.now());
  const streams = Object.keys(document.streams).length;
  const { hash } = document;
  if (streams === 0 || (await archive.newestHash()) === hash) return { hash, streams, kept: false };
  await archive.add(document);
  return { hash, streams, kept: true };
}
