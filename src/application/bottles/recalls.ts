import { blobKeyOf } from '../../domain/bottle/names.ts';
import {
  type BottleRecall,
  formatRecalled,
  RECALL_STREAM,
  recallOf,
  recallsInForce,
} from '../../domain/bottle/recall.ts';
import type { Snapshot } from '../../domain/bottle/snapshot.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { SyncError } from '../../domain/errors.ts';
import { dataOf, eventType } from '../../domain/events/types/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { keep } from '../admission/open-record.ts';
import type { Holdings } from './mirror-documents.ts';
import type { BottlePorts } from './ports.ts';

const TYPES = (['versions.recalled', 'versions.unrecalled'] as const).map(eventType);

async function readRecalls(ledger: Ledger) {
  const facts = (await ledger.read(RECALL_STREAM, { types: TYPES })).flatMap(({ event }) => {
    const recalled = dataOf('versions.recalled', event);
    const unrecalled = dataOf('versions.unrecalled', event);
    return [...(recalled ? [{ recalled }] : []), ...(unrecalled ? [{ unrecalled }] : [])];
  });
  return { facts, inForce: recallsInForce(facts) };
}

/** The entry with the recalls of the ledger, where there is one, beside the config's own. Throws the ledger's errors. */
export async function withLedgerRecalls(
  ledger: Ledger | undefined,
  entry: BottlesEntry,
): Promise<BottlesEntry> {
  if (ledger === undefined) return entry;
  const { inForce } = await readRecalls(ledger);
  return { ...entry, recalled: [...entry.recalled, ...inForce] };
}

interface Decided {
  readonly formula: string;
  readonly version: string | undefined;
  readonly by: string;
  readonly reason: string;
}

/** Calls a version of a formula back; `stands`: it was called back before. */
export async function recallBottles(
  ports: { readonly ledger: Ledger; readonly clock: Clock },
  decided: Decided,
): Promise<'recorded' | 'stands'> {
  const { facts, inForce } = await readRecalls(ports.ledger);
  const versions = formatRecalled(decided);
  if (inForce.some((recall) => formatRecalled(recall) === versions)) return 'stands';
  const number = facts.filter((fact) => 'recalled' in fact).length + 1;
  // Taken out of mirrors it is in any case: there is no private registry in which it could stay.
  const data = { versions, by: decided.by, reason: decided.reason, delete: true, number };
  await keep(ports, [{ name: 'versions.recalled', subject: RECALL_STREAM, data }]);
  return 'recorded';
}

/** Takes a recall back. Throws ArgumentsInvalid when the ledger has none in the same words. */
export async function unrecallBottles(
  ports: { readonly ledger: Ledger; readonly clock: Clock },
  decided: Decided,
): Promise<void> {
  const { facts, inForce } = await readRecalls(ports.ledger);
  const versions = formatRecalled(decided);
  const known = inForce.map(formatRecalled);
  if (!known.includes(versions)) {
    throw new SyncError(
      'ArgumentsInvalid',
      `The ledger has no recall of "${versions}". ${known.length === 0 ? 'It has none of bottles.' : `It has ${known.join(', ')}: write one of these.`}`,
    );
  }
  const number = facts.filter((fact) => 'unrecalled' in fact).length + 1;
  const data = { versions, by: decided.by, reason: decided.reason, number };
  await keep(ports, [{ name: 'versions.unrecalled', subject: RECALL_STREAM, data }]);
}

/**
 * Takes the recalled bottles out of the mirror, whichever snapshots name them: their bytes go, so that nobody can
 * install them, and no snapshot with one of them is whole any more and becomes current.
 */
export async function takeOutRecalled(
  { store, events }: Pick<BottlePorts, 'store' | 'events'>,
  {
    recalled: recalls,
    snapshots,
    holdings,
  }: {
    readonly recalled: readonly BottleRecall[];
    readonly snapshots: readonly Snapshot[];
    readonly holdings: Holdings;
  },
): Promise<void> {
  if (recalls.length === 0) return;
  const left = new Set(holdings.keys());
  const bottles = snapshots.flatMap((snapshot) => snapshot.bottles);
  const good = new Set(
    bottles
      .filter((bottle) => recallOf(recalls, bottle) === undefined)
      .map(({ image, sha256 }) => blobKeyOf(image, sha256)),
  );
  for (const bottle of bottles) {
    const key = blobKeyOf(bottle.image, bottle.sha256);
    const recall = recallOf(recalls, bottle);
    if (recall === undefined || good.has(key) || !left.has(key)) continue;
    await store.delete(key);
    left.delete(key);
    const { name, version } = bottle;
    const address = `${RECALL_STREAM}/${name}`;
    const destination = store.location;
    const how = 'deleted';
    events.append({ kind: 'VersionTakenOut', address, version, destination, how, reason: recall.reason });
  }
}
