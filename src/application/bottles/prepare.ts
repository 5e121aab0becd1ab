import type { BottleRecall } from '../../domain/bottle/recall.ts';
import type { Resolution, WantedBottle } from '../../domain/bottle/resolve.ts';
import { extendHistory, type SnapshotBottle } from '../../domain/bottle/snapshot.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import type { ProvedApi } from '../../ports/bottle-source.ts';
import { knownBottles } from './bring.ts';
import { type Holdings, type MirrorState, readHoldings, readMirror } from './mirror-documents.ts';
import type { BottlePorts } from './ports.ts';
import { proveIndex } from './prove-index.ts';
import { withLedgerRecalls } from './recalls.ts';

/** What a run knows before it fetches the first bottle. */
export interface PreparedRun extends MirrorState {
  readonly holdings: Holdings;
  readonly apis: readonly ProvedApi[];
  readonly resolution: Resolution;
  /** Of the resolution: what the mirror has whole, so that nothing has to be asked about it. */
  readonly present: readonly SnapshotBottle[];
  /** The rest. */
  readonly open: readonly WantedBottle[];
  /** What is recalled, by the config and by the ledger: none of it is in the resolution. */
  readonly recalled: readonly BottleRecall[];
}

/** Reads what the mirror has and what the API names. Reads alone; throws what `proveIndex`, the store and the ledger do. */
export async function prepareRun(
  { api, store, ledger }: Pick<BottlePorts, 'api' | 'store' | 'ledger'>,
  asked: BottlesEntry,
  signal: AbortSignal | undefined,
): Promise<PreparedRun> {
  const entry = await withLedgerRecalls(ledger, asked);
  const mirror = await readMirror(store);
  const { publication, snapshots } = mirror;
  const history = snapshots.reduce(extendHistory, publication?.history ?? {});
  const { apis, resolution } = await proveIndex(api, entry, history, signal);
  const holdings = await readHoldings(store);
  const known = knownBottles(snapshots, holdings);
  const present: SnapshotBottle[] = [];
  const open: WantedBottle[] = [];
  for (const bottle of resolution.bottles) {
    const there = known(bottle);
    if (there === undefined) open.push(bottle);
    else present.push(there);
  }
  return { ...mirror, holdings, apis, resolution, present, open, recalled: entry.recalled };
}
