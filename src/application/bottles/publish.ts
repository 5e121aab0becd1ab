import { createHash } from 'node:crypto';
import {
  currentApiKey,
  extendHistory,
  type Publication,
  type Snapshot,
  type SnapshotApi,
  snapshotApiKey,
} from '../../domain/bottle/snapshot.ts';
import { SyncError } from '../../domain/errors.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { readPublication, readSnapshot, writePublication } from './mirror-documents.ts';
import type { BottlePorts } from './ports.ts';

/** Says which snapshot shall be current, as the publication stands; undefined leaves it as it is. */
export type Decision = (
  publication: Publication | undefined,
) => { readonly name: string; readonly notBefore: string | undefined } | undefined;

const MAX_ATTEMPTS = 30;

/**
 * Shows clients another snapshot: its API files take the place of the current ones. Each is replaced whole, and those
 * of the former and of the new snapshot may stand side by side for a moment or, when this is broken off, for longer:
 * either names only what is there. The next run goes on where it broke. Of two that publish at once the one that is
 * last to say so wins, with all its files. Returns the name of the snapshot that is current now, undefined for none.
 */
export async function publish(
  ports: Pick<BottlePorts, 'store' | 'clock' | 'events'>,
  decide: Decision,
): Promise<string | undefined> {
  const { store, clock } = ports;
  // What was written beside another's writing may stand among the other's files.
  let mixed = false;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const { publication, etag } = await readPublication(store);
    const decision = decide(publication);
    if (decision === undefined) return publication?.current;
    const { name, notBefore } = decision;
    const settled = !mixed && publication?.state === 'published';
    if (settled && publication.current === name && publication.notBefore === notBefore) return name;
    const snapshot = await requireSnapshot(store, name);
    const history = extendHistory(publication?.history ?? {}, snapshot);
    const next = { current: name, publishedAt: clock.now(), notBefore, history };
    if ((await writePublication(store, { ...next, state: 'publishing' }, etag)) === 'changed') continue;
    const marked = await readPublication(store);
    if (marked.publication?.current !== name || marked.publication.state !== 'publishing') continue;
    const former = settled ? await readSnapshot(store, publication.current) : undefined;
    await replaceApis(store, snapshot, former);
    mixed = true;
    if ((await writePublication(store, { ...next, state: 'published' }, marked.etag)) === 'changed') continue;
    ports.events.append({
      kind: 'BottlesPublished',
      destination: store.location,
      snapshot: name,
      bottles: snapshot.bottles.length,
    });
    return name;
  }
  throw new SyncError(
    'DestinationUnavailable',
    `Others publish at ${store.location} all the time. Try again later.`,
  );
}

async function requireSnapshot(store: MirrorStore, name: string): Promise<Snapshot> {
  const snapshot = await readSnapshot(store, name);
  if (snapshot !== undefined) return snapshot;
  throw new SyncError(
    'DestinationResponseInvalid',
    `The snapshot ${name} is not in ${store.location} any more. Run again.`,
  );
}

/** A file that stays the same is not touched: the time of its last change is what clients ask by. */
async function replaceApis(
  store: MirrorStore,
  snapshot: Snapshot,
  former: Snapshot | undefined,
): Promise<void> {
  for (const api of snapshot.apis) {
    const before = former?.apis.find(({ path }) => path === api.path);
    if (before?.sha256 === api.sha256) continue;
    await copyApi(store, snapshot.name, api);
  }
  const own = new Set(snapshot.apis.map(({ path }) => currentApiKey(path)));
  for (const { key } of await store.list('api')) {
    // Of a tag that the config does not name any more: what it names will go.
    if (!own.has(key)) await store.delete(key);
  }
}

async function copyApi(store: MirrorStore, name: string, { path, sha256, size }: SnapshotApi): Promise<void> {
  const from = snapshotApiKey(name, path);
  const opened = await store.openFile({ key: from });
  if (opened === undefined) {
    throw new SyncError(
      'DestinationResponseInvalid',
      `${from} is not in ${store.location}, though its snapshot is.`,
    );
  }
  const file = { key: currentApiKey(path), sha256 };
  await store.putFile(file, opened.body, { size, contentType: 'application/json', mutable: true });
  await store.revealFiles([file]);
}

/** Throws DestinationResponseInvalid unless clients are given the snapshot's API files, byte for byte. */
export async function confirmPublished(store: MirrorStore, snapshot: Snapshot): Promise<void> {
  for (const { path, sha256 } of snapshot.apis) {
    const found = await digestOfStored(store, currentApiKey(path));
    if (found !== sha256) {
      throw new SyncError(
        'DestinationResponseInvalid',
        `${store.location} shows ${found === undefined ? 'nothing' : 'something else'} as ${currentApiKey(path)} after ${snapshot.name} was published. Is somebody else writing there?`,
      );
    }
  }
}

/** The SHA-256 of what a client would be given; undefined for nothing. */
export async function digestOfStored(store: MirrorStore, key: string): Promise<string | undefined> {
  const opened = await store.openFile({ key });
  if (opened === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of opened.body) hash.update(chunk);
  return hash.digest('hex');
}
