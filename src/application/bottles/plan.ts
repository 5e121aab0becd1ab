import type { BottlesEntry } from '../../domain/config/bottles.ts';
import type { BottleOptions, BottlePorts } from './ports.ts';
import { prepareRun } from './prepare.ts';
import {
  type BottlesResult,
  inOrder,
  missingFormulae,
  reportOfApi,
  reportOfBottle,
  summaryOf,
} from './results.ts';

/** What a sync would bring. Reads alone; throws what `proveIndex` and the store do. */
export async function planBottles(
  ports: Pick<BottlePorts, 'api' | 'store' | 'ledger'>,
  entry: BottlesEntry,
  { signal }: BottleOptions,
): Promise<BottlesResult> {
  const { store } = ports;
  const { publication, apis, resolution, present, open } = await prepareRun(ports, entry, signal);
  const bottles = inOrder([
    ...present.map((bottle) => reportOfBottle(bottle, 'present', bottle.size)),
    ...open.map((bottle) => reportOfBottle(bottle, 'to-fetch', null)),
  ]);
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
