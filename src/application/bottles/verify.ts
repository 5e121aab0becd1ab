import { createHash } from 'node:crypto';
import { canonical, requireEntry } from '../../domain/bottle/bottle-index.ts';
import { blobKeyOf, manifestKeyOf } from '../../domain/bottle/names.ts';
import { type BottleRecall, recallOf } from '../../domain/bottle/recall.ts';
import { readBottleIndex } from '../../domain/bottle/schema.ts';
import {
  currentApiKey,
  type Snapshot,
  type SnapshotBottle,
  snapshotApiKey,
} from '../../domain/bottle/snapshot.ts';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { readPublication, readSnapshots } from './mirror-documents.ts';
import type { BottleOptions, BottlePorts } from './ports.ts';
import { digestOfStored } from './publish.ts';

interface VerifiedSnapshot {
  readonly snapshot: string;
  readonly current: boolean;
  readonly bottles: number;
  /** What is wrong, for a person; empty when all is right. */
  readonly findings: readonly { readonly subject: string; readonly problem: string }[];
}

export interface VerifyBottlesResult {
  readonly ok: boolean;
  readonly destination: string;
  readonly snapshots: readonly VerifiedSnapshot[];
}

export interface VerifyRequest extends BottleOptions {
  /** A snapshot's name; `all`; undefined for the current one. */
  readonly which: string | undefined;
  /** What is recalled is found where it is, and not missed where it was taken out. */
  readonly recalls?: readonly BottleRecall[];
}

/** Real ones have 30 MB. */
const MAX_API_BYTES = 80 * 1024 * 1024;

/**
 * Reads back what clients would be given, and judges it as they do and beyond: the API's signatures, every bottle's
 * bytes, its entry in the index as it was when the snapshot was made. Reads alone. Throws VersionNotFound for a snapshot
 * that is not there, and what the store does.
 */
export async function verifyBottles(
  ports: Pick<BottlePorts, 'api' | 'store'>,
  { which, signal, recalls = [] }: VerifyRequest,
): Promise<VerifyBottlesResult> {
  const { store } = ports;
  const { publication } = await readPublication(store);
  const snapshots = await readSnapshots(store);
  const wanted = which ?? publication?.current;
  const chosen = wanted === 'all' ? snapshots : snapshots.filter(({ name }) => name === wanted);
  if (chosen.length === 0) throw noSnapshot(store, wanted, snapshots);
  const digests = new Map<string, Promise<string | undefined>>();
  const digest = (key: string): Promise<string | undefined> => {
    const known = digests.get(key) ?? digestOfStored(store, key);
    digests.set(key, known);
    return known;
  };
  const verified: VerifiedSnapshot[] = [];
  for (const snapshot of chosen) {
    const current = snapshot.name === publication?.current;
    const findings = [
      ...(await apiFindings(ports, snapshot, (path) => snapshotApiKey(snapshot.name, path))),
      ...(current ? await apiFindings(ports, snapshot, currentApiKey) : []),
    ];
    for (const bottle of snapshot.bottles) {
      if (signal?.aborted) throw interruptionOf(signal.reason);
      const recall = recallOf(recalls, bottle);
      findings.push(
        ...(recall === undefined
          ? await bottleFindings(store, bottle, digest)
          : await recallFindings(store, bottle, recall)),
      );
    }
    verified.push({ snapshot: snapshot.name, current, bottles: snapshot.bottles.length, findings });
  }
  return {
    ok: verified.every(({ findings }) => findings.length === 0),
    destination: store.location,
    snapshots: verified,
  };
}

export function noSnapshot(
  store: MirrorStore,
  name: string | undefined,
  snapshots: readonly { readonly name: string }[],
): SyncError {
  const newest = snapshots
    .slice(-5)
    .map((each) => each.name)
    .toReversed();
  const there =
    newest.length === 0 ? 'It has none: run "bottles sync" first.' : `The newest are ${newest.join(', ')}.`;
  return new SyncError(
    'VersionNotFound',
    `${store.location} has no snapshot${name === undefined ? '' : ` "${name}"`}. ${there}`,
  );
}

type Findings = VerifiedSnapshot['findings'];

async function apiFindings(
  { api, store }: Pick<BottlePorts, 'api' | 'store'>,
  snapshot: Snapshot,
  keyOf: (path: string) => string,
): Promise<Findings> {
  const findings: { subject: string; problem: string }[] = [];
  for (const { path, sha256 } of snapshot.apis) {
    const subject = keyOf(path);
    const bytes = await readWhole(store, subject);
    if (bytes === undefined) findings.push({ subject, problem: 'is missing or far too large' });
    else if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
      findings.push({ subject, problem: 'has other bytes than the snapshot was made of' });
    }
    const refused = bytes && (await api.prove(path, bytes).then(() => undefined, toSyncError));
    if (refused !== undefined) findings.push({ subject, problem: refused.message });
  }
  return findings;
}

async function readWhole(store: MirrorStore, key: string): Promise<Uint8Array | undefined> {
  const opened = await store.openFile({ key });
  if (opened === undefined || opened.size > MAX_API_BYTES) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function bottleFindings(
  store: MirrorStore,
  bottle: SnapshotBottle,
  digest: (key: string) => Promise<string | undefined>,
): Promise<Findings> {
  const blob = blobKeyOf(bottle.image, bottle.sha256);
  const manifest = manifestKeyOf(bottle.image, bottle.ref);
  const found = await digest(blob);
  const problem = await entryProblem(store, manifest, bottle);
  return [
    ...(found === bottle.sha256
      ? []
      : [{ subject: blob, problem: found === undefined ? 'is missing' : `has the SHA-256 ${found}` }]),
    ...(problem === undefined ? [] : [{ subject: manifest, problem }]),
  ];
}

async function recallFindings(
  store: MirrorStore,
  { image, sha256 }: SnapshotBottle,
  { reason }: BottleRecall,
): Promise<Findings> {
  const subject = blobKeyOf(image, sha256);
  if ((await store.statFile({ key: subject, sha256 })) === undefined) return [];
  return [{ subject, problem: `is recalled (${reason}); the next sync takes it out` }];
}

async function entryProblem(
  store: MirrorStore,
  key: string,
  bottle: SnapshotBottle,
): Promise<string | undefined> {
  const stored = await store.readDocument(key);
  if (stored === undefined) return 'is missing';
  const index = readBottleIndex(stored.bytes);
  if ('problem' in index) return index.problem;
  try {
    const { raw } = requireEntry(index.value, bottle);
    const same = createHash('sha256').update(canonical(raw)).digest('hex') === bottle.entrySha256;
    return same ? undefined : `its entry ${bottle.refName} is another than when the snapshot was made`;
  } catch (error) {
    return toSyncError(error).message;
  }
}
