import { blobKeyOf, manifestKeyOf } from '../../domain/bottle/names.ts';
import {
  type Read,
  readPublicationDocument,
  readSnapshotDocument,
  writeBottlesDocument,
} from '../../domain/bottle/schema.ts';
import {
  compareSnapshots,
  isSnapshotName,
  PUBLICATION,
  type Publication,
  type Snapshot,
  type SnapshotBottle,
  snapshotApiKey,
  snapshotDocument,
} from '../../domain/bottle/snapshot.ts';
import { SyncError } from '../../domain/errors.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';

export interface StoredPublication {
  readonly publication: Publication | undefined;
  readonly etag: string | undefined;
}

/** Throws DestinationResponseInvalid when it is there and cannot be read. */
export async function readPublication(store: MirrorStore): Promise<StoredPublication> {
  const stored = await store.readDocument(PUBLICATION);
  if (stored === undefined) return { publication: undefined, etag: undefined };
  return {
    publication: valueOf(store, PUBLICATION, readPublicationDocument(stored.bytes)),
    etag: stored.etag,
  };
}

/** What the mirror shows, and all that it could show. */
export interface MirrorState {
  readonly publication: Publication | undefined;
  /** Oldest first. */
  readonly snapshots: readonly Snapshot[];
}

export async function readMirror(store: MirrorStore): Promise<MirrorState> {
  const { publication } = await readPublication(store);
  return { publication, snapshots: await readSnapshots(store) };
}

export async function writePublication(
  store: MirrorStore,
  publication: Publication,
  before: string | undefined,
): Promise<'written' | 'changed'> {
  return await store.writeDocument(
    PUBLICATION,
    writeBottlesDocument(publication),
    before,
    'application/json',
  );
}

/** Every snapshot that is whole, oldest first. What a run left behind half is none. */
export async function readSnapshots(store: MirrorStore): Promise<readonly Snapshot[]> {
  const names = (await store.list('snapshots')).flatMap(({ key }) => {
    const [, name = '', file] = key.split('/');
    return file === 'bottles.json' && isSnapshotName(name) ? [name] : [];
  });
  const snapshots: Snapshot[] = [];
  for (const name of names.toSorted(compareSnapshots)) {
    const snapshot = await readSnapshot(store, name);
    if (snapshot !== undefined) snapshots.push(snapshot);
  }
  return snapshots;
}

export async function readSnapshot(store: MirrorStore, name: string): Promise<Snapshot | undefined> {
  const key = snapshotDocument(name);
  const stored = await store.readDocument(key);
  return stored && valueOf(store, key, readSnapshotDocument(stored.bytes));
}

function valueOf<T>(store: MirrorStore, key: string, read: Read<T>): T {
  if ('value' in read) return read.value;
  throw new SyncError(
    'DestinationResponseInvalid',
    `${key} in ${store.location} cannot be read: ${read.problem}. If nobody changed it by hand, remove it and run again.`,
  );
}

/** What lies under the paths that clients ask for: sizes in bytes by key. */
export type Holdings = ReadonlyMap<string, number>;

export async function readHoldings(store: MirrorStore, under = 'v2'): Promise<Holdings> {
  return new Map((await store.list(under)).map(({ key, size }) => [key, size]));
}

/** Whether a client that knows the bottle's digest would get it, as far as sizes tell. */
export function holds(holdings: Holdings, bottle: SnapshotBottle): boolean {
  const blob = holdings.get(blobKeyOf(bottle.image, bottle.sha256));
  return blob === bottle.size && holdings.has(manifestKeyOf(bottle.image, bottle.ref));
}

/** The keys of a snapshot that are not there, or not in their size. */
export async function missingOf(store: MirrorStore, snapshot: Snapshot): Promise<readonly string[]> {
  const holdings = await readHoldings(store);
  const files = await readHoldings(store, `snapshots/${snapshot.name}`);
  const apis = snapshot.apis
    .map(({ path, size }) => ({ key: snapshotApiKey(snapshot.name, path), size }))
    .filter(({ key, size }) => files.get(key) !== size);
  const bottles = snapshot.bottles.filter((bottle) => !holds(holdings, bottle));
  return [...apis.map(({ key }) => key), ...bottles.map(({ filename }) => filename)];
}
