import { type BottleRecall, recallOf } from '../../domain/bottle/recall.ts';
import { type Snapshot, snapshotFolder } from '../../domain/bottle/snapshot.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { SyncError } from '../../domain/errors.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { missingOf, readPublication, readSnapshots } from './mirror-documents.ts';
import type { BottlePorts } from './ports.ts';
import { confirmPublished, publish } from './publish.ts';
import { withLedgerRecalls } from './recalls.ts';
import { inTurn } from './turn.ts';
import { noSnapshot } from './verify.ts';

interface ListedSnapshot {
  readonly name: string;
  readonly createdAt: string;
  readonly current: boolean;
  readonly bottles: number;
  readonly bytes: number;
  /** Below the mirror's address, for HOMEBREW_API_DOMAIN. */
  readonly apiPath: string;
  readonly missing: readonly string[];
}

export interface SnapshotsResult {
  readonly destination: string;
  readonly current: string | null;
  /** Newest first. */
  readonly snapshots: readonly ListedSnapshot[];
}

export async function listSnapshots(store: MirrorStore): Promise<SnapshotsResult> {
  const { publication } = await readPublication(store);
  const snapshots = (await readSnapshots(store)).toReversed();
  return {
    destination: store.location,
    current: publication?.current ?? null,
    snapshots: snapshots.map(({ name, createdAt, bottles, missing }) => ({
      name,
      createdAt: createdAt.toISOString(),
      current: name === publication?.current,
      bottles: bottles.length,
      bytes: bottles.reduce((sum, { size }) => sum + size, 0),
      apiPath: `${snapshotFolder(name)}/api`,
      missing: missing.map(({ formula }) => formula),
    })),
  };
}

export interface RollbackResult {
  readonly destination: string;
  readonly from: string | null;
  readonly to: string;
  readonly changed: boolean;
}

/**
 * Makes a snapshot current again. Those that are newer stay, and none of them becomes current by itself: only one that
 * is made after today's newest does. Throws VersionNotFound, ArgumentsInvalid when it has a bottle that `asked` or the
 * ledger recalls, and DestinationResponseInvalid when the snapshot is not
 * whole any more.
 */
export async function rollbackBottles(
  ports: Pick<BottlePorts, 'store' | 'clock' | 'events' | 'api' | 'registry' | 'ledger'>,
  name: string,
  asked?: BottlesEntry,
): Promise<RollbackResult> {
  const entry = asked && (await withLedgerRecalls(ports.ledger, asked));
  return await inTurn(ports, 'sync', async () => {
    const { store } = ports;
    const snapshots = await readSnapshots(store);
    const snapshot = requireNamed(store, snapshots, name);
    requireNotRecalled(snapshot, entry?.recalled ?? []);
    const [missing] = await missingOf(store, snapshot);
    if (missing !== undefined) {
      throw new SyncError(
        'DestinationResponseInvalid',
        `The snapshot ${name} is not whole any more: ${missing} is missing. Nothing was changed.`,
      );
    }
    const { publication } = await readPublication(store);
    const newest = snapshots.at(-1)?.name;
    await publish(ports, () => ({ name, notBefore: newest === name ? undefined : newest }));
    await confirmPublished(store, snapshot);
    const from = publication?.current ?? null;
    return { destination: store.location, from, to: name, changed: from !== name };
  });
}

function requireNotRecalled(snapshot: Snapshot, recalls: readonly BottleRecall[]): void {
  for (const bottle of snapshot.bottles) {
    const recall = recallOf(recalls, bottle);
    if (recall === undefined) continue;
    throw new SyncError(
      'ArgumentsInvalid',
      `The snapshot ${snapshot.name} has ${bottle.name} ${bottle.version}, which is recalled (${recall.reason}). Nothing ` +
        'was changed; choose another snapshot, or take the recall back.',
    );
  }
}

/** The hash file of a snapshot, the current one by default, as data. Throws VersionNotFound. */
export async function lockBottles(store: MirrorStore, name: string | undefined): Promise<Snapshot> {
  const { publication } = await readPublication(store);
  return requireNamed(store, await readSnapshots(store), name ?? publication?.current);
}

function requireNamed(
  store: MirrorStore,
  snapshots: readonly Snapshot[],
  name: string | undefined,
): Snapshot {
  const found = snapshots.find((each) => each.name === name);
  if (found === undefined) throw noSnapshot(store, name, snapshots);
  return found;
}
