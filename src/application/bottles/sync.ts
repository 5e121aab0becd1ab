import { writeBottlesDocument } from '../../domain/bottle/schema.ts';
import {
  compareSnapshots,
  extendHistory,
  nextSnapshotName,
  type Publication,
  type Snapshot,
  type SnapshotApi,
  sameContents,
  snapshotApiKey,
  snapshotDocument,
  snapshotToPublish,
} from '../../domain/bottle/snapshot.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { SyncError } from '../../domain/errors.ts';
import type { ProvedApi } from '../../ports/bottle-source.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { bringBottles, knownBottles } from './bring.ts';
import { missingOf, readHoldings, readPublication, readSnapshot, readSnapshots } from './mirror-documents.ts';
import type { BottleOptions, BottlePorts } from './ports.ts';
import { proveIndex } from './prove-index.ts';
import { confirmPublished, publish } from './publish.ts';
import {
  type BottlesResult,
  heldBottles,
  type MissingFormula,
  missingFormulae,
  reportOfApi,
  reportOfBrought,
  summaryOf,
} from './results.ts';
import { inTurn } from './turn.ts';

const MAX_NAMES = 30;

/**
 * Brings the mirror to what the API names today: bottles first, then the indexes that name them, then a snapshot, and
 * last the API files that clients ask for. Where anything is missing that "allow-missing" does not name, no snapshot is
 * made and clients see what they saw. "published" and "up-to-date" are said of what the store shows afterwards. Throws
 * what `proveIndex` and the store do, DestinationUnavailable while a cleanup runs, and Interrupted.
 */
export async function syncBottles(
  ports: BottlePorts,
  entry: BottlesEntry,
  options: BottleOptions = {},
): Promise<BottlesResult> {
  return await inTurn(ports, 'sync', () => syncInTurn(ports, entry, options));
}

async function syncInTurn(
  ports: BottlePorts,
  entry: BottlesEntry,
  options: BottleOptions,
): Promise<BottlesResult> {
  const { store } = ports;
  const { publication } = await readPublication(store);
  const snapshots = await readSnapshots(store);
  const history = snapshots.reduce(extendHistory, publication?.history ?? {});
  const { apis, resolution } = await proveIndex(ports.api, entry, history, options.signal);
  const holdings = await readHoldings(store);
  const known = knownBottles(snapshots, holdings);
  const brought = await bringBottles(ports, resolution.bottles, known, holdings, {
    ...options,
    signedBy: [...new Set(apis.map((api) => api.signedBy))].join(', '),
  });
  const failed = brought.flatMap((each) => (each.outcome === 'failed' ? [each] : []));
  const missing = missingFormulae(resolution.problems, failed, entry.allowMissing);
  const bottles = brought.map(reportOfBrought);
  const result = {
    destination: store.location,
    apis: apis.map(reportOfApi),
    bottles,
    problems: resolution.problems,
    missing,
    remarks: resolution.remarks,
    summary: summaryOf(bottles),
  };
  if (missing.some(({ allowed }) => !allowed)) {
    const current = publication?.current ?? null;
    return { ...result, ok: false, outcome: 'incomplete', snapshot: null, current };
  }
  const contents = { apis, bottles: heldBottles(brought), missing: missing.map(withoutVerdict) };
  const snapshot = await ensureSnapshot(ports, snapshots, contents);
  const outcome = await publishNewest(ports, [...snapshots, snapshot], entry, publication);
  return { ...result, ok: true, snapshot: snapshot.name, ...outcome };
}

const withoutVerdict = ({ formula, reason }: MissingFormula) => ({ formula, reason });

type Contents = Pick<Snapshot, 'bottles' | 'missing'> & { readonly apis: readonly ProvedApi[] };

/** The newest snapshot when it has the same contents, else another one. */
async function ensureSnapshot(
  { store, clock }: BottlePorts,
  snapshots: readonly Snapshot[],
  contents: Contents,
): Promise<Snapshot> {
  const newest = snapshots.at(-1);
  if (newest !== undefined && sameContents(newest, contents)) return newest;
  const taken = snapshots.map(({ name }) => name);
  for (let attempt = 1; attempt <= MAX_NAMES; attempt += 1) {
    const name = nextSnapshotName(taken, clock.now());
    const apis = contents.apis.map(described);
    const snapshot: Snapshot = { name, createdAt: clock.now(), ...contents, apis };
    await putApis(store, name, contents.apis);
    await requireWhole(store, snapshot);
    const document = writeBottlesDocument(snapshot);
    const key = snapshotDocument(name);
    if ((await store.writeDocument(key, document, undefined, 'application/json')) === 'written')
      return snapshot;
    // Somebody else made one of this name since.
    const other = await readSnapshot(store, name);
    if (other !== undefined && sameContents(other, contents)) return other;
    taken.push(name);
  }
  throw new SyncError(
    'DestinationUnavailable',
    `Others make snapshots at ${store.location} all the time. Try again later.`,
  );
}

function described({ path, sha256, size, generatedAt, signedBy }: ProvedApi): SnapshotApi {
  return { path, sha256, size, generatedAt, signedBy };
}

/** Under names that no client knows yet: they mean nothing before the hash file is there. */
async function putApis(store: MirrorStore, name: string, apis: readonly ProvedApi[]): Promise<void> {
  for (const api of apis) {
    const file = { key: snapshotApiKey(name, api.path), sha256: api.sha256 };
    const { size } = api;
    await store.putFile(file, oneChunk(api.bytes()), {
      size,
      contentType: 'application/json',
      mutable: true,
    });
    await store.revealFiles([file]);
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function requireWhole(store: MirrorStore, snapshot: Snapshot): Promise<void> {
  const [missing, ...more] = await missingOf(store, snapshot);
  if (missing === undefined) return;
  throw new SyncError(
    'DestinationResponseInvalid',
    `${store.location} does not show ${missing}${more.length === 0 ? '' : ` and ${more.length} others`} after it took ` +
      'them; nothing was published. Is somebody else deleting there?',
  );
}

/** What clients see from here on: the newest snapshot that is old enough. */
async function publishNewest(
  ports: BottlePorts,
  snapshots: readonly Snapshot[],
  entry: BottlesEntry,
  before: Publication | undefined,
): Promise<Pick<BottlesResult, 'outcome' | 'current'>> {
  const { store, clock } = ports;
  const newest = snapshots.at(-1);
  const current = await publish(ports, (publication) => {
    const name = snapshotToPublish(snapshots, publication, entry.minimumAge?.milliseconds ?? 0, clock.now());
    if (name === undefined) return undefined;
    const held = publication?.notBefore;
    const passed = held === undefined || compareSnapshots(name, held) > 0;
    return { name, notBefore: passed ? undefined : held };
  });
  if (current === undefined) return { outcome: 'held', current: null };
  const shown = snapshots.find(({ name }) => name === current);
  if (shown !== undefined) await confirmPublished(store, shown);
  if (current !== before?.current || before.state !== 'published') return { outcome: 'published', current };
  return { outcome: current === newest?.name ? 'up-to-date' : 'held', current };
}
