import { extendHistory } from '../../domain/bottle/snapshot.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { knownBottles } from './bring.ts';
import { readHoldings, readPublication, readSnapshots } from './mirror-documents.ts';
import type { BottleOptions, BottlePorts } from './ports.ts';
import { proveIndex } from './prove-index.ts';
import { type BottlesResult, missingFormulae, reportOfApi, reportOfBottle, summaryOf } from './results.ts';

/** What a sync would bring. Reads alone; throws what `proveIndex` and the store do. */
export async function planBottles(
  ports: Pick<BottlePorts, 'api' | 'store'>,
  entry: BottlesEntry,
  { signal }: BottleOptions,
): Promise<BottlesResult> {
  const { store } = ports;
  const { publication } = await readPublication(store);
  const snapshots = await readSnapshots(store);
  const history = snapshots.reduce(extendHistory, publication?.history ?? {});
  const { apis, resolution } = await proveIndex(ports.api, entry, history, signal);
  const known = knownBottles(snapshots, await readHoldings(store));
  const bottles = resolution.bottles.map((bottle) => {
    const there = known(bottle);
    return there ? reportOfBottle(there, 'present', there.size) : reportOfBottle(bottle, 'to-fetch', null);
  });
  const missing = missingFormulae(resolution.problems, [], entry.allowMissing);
  return {
    ok: missing.every(({ allowed }) => allowed),
    outcome: 'planned',
    destination: store.location,
    snapshot: null,
    current: publication?.current ?? null,
    apis: apis.map(reportOfApi),
    bottles,
    problems: resolution.problems,
    missing,
    remarks: resolution.remarks,
    summary: summaryOf(bottles),
  };
}
