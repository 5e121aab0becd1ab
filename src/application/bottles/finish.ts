import type { FormulaProblem } from '../../domain/bottle/resolve.ts';
import { writeBottlesDocument } from '../../domain/bottle/schema.ts';
import {
  compareSnapshots,
  isOvertaken,
  nextSnapshotName,
  type Publication,
  type Snapshot,
  type SnapshotApi,
  sameContents,
  snapshotApiKey,
  snapshotDocument,
  snapshotToPublish,
} from '../../domain/bottle/snapshot.ts';
import { SyncError } from '../../domain/errors.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import type { BroughtBottle } from './bring.ts';
import { type MirrorState, missingOf, readSnapshot } from './mirror-documents.ts';
import type { BottlePorts } from './ports.ts';
import { confirmPublished, publish } from './publish.ts';
import {
  type BottlesResult,
  heldBottles,
  inOrder,
  type MissingFormula,
  missingFormulae,
  reportOfApi,
  reportOfBrought,
  summaryOf,
} from './results.ts';

const MAX_NAMES = 30;

type FinishPorts = Pick<BottlePorts, 'store' | 'clock' | 'events'>;

/** A proved API file whose bytes are at hand. */
export interface HeldApi extends SnapshotApi {
  open(): AsyncIterable<Uint8Array>;
}

/** What a run has brought, and what it is judged by. */
export interface BroughtRun {
  readonly apis: readonly HeldApi[];
  readonly problems: readonly FormulaProblem[];
  readonly remarks: readonly string[];
  /** Every bottle that was resolved. */
  readonly brought: readonly BroughtBottle[];
  readonly allowMissing: readonly string[];
  /** 0: a snapshot is shown as soon as it is made. */
  readonly minimumAgeMs: number;
}

/**
 * The end of a run: when nothing is missing that has to be there, a snapshot, and then what clients see. Checks that all
 * that it names is there before it names it. Throws what the store does.
 */
export async function finishRun(
  ports: FinishPorts,
  { publication, snapshots }: MirrorState,
  run: BroughtRun,
): Promise<BottlesResult> {
  const { store } = ports;
  const failed = run.brought.flatMap((each) => (each.outcome === 'failed' ? [each] : []));
  const missing = missingFormulae(run.problems, failed, run.allowMissing);
  const bottles = inOrder(run.brought.map(reportOfBrought));
  const result = {
    destination: store.location,
    apis: run.apis.map(reportOfApi),
    bottles,
    problems: run.problems,
    missing,
    remarks: run.remarks,
    summary: summaryOf(bottles),
  };
  const current = publication?.current ?? null;
  if (missing.some(({ allowed }) => !allowed)) {
    return { ...result, ok: false, outcome: 'incomplete', snapshot: null, current };
  }
  // Another run was quicker with a later API: all that this one could show is older.
  if (isOvertaken(publication?.history ?? {}, run.apis)) {
    return { ...result, ok: true, outcome: 'up-to-date', snapshot: null, current };
  }
  const contents = {
    apis: run.apis,
    bottles: inOrder(heldBottles(run.brought)),
    missing: missing.map(withoutVerdict),
  };
  const snapshot = await ensureSnapshot(ports, snapshots, contents);
  const outcome = await publishNewest(ports, [...snapshots, snapshot], run.minimumAgeMs, publication);
  return { ...result, ok: true, snapshot: snapshot.name, ...outcome };
}

const withoutVerdict = ({ formula, reason }: MissingFormula) => ({ formula, reason });

type Contents = Pick<Snapshot, 'bottles' | 'missing'> & { readonly apis: readonly HeldApi[] };

/** The newest snapshot when it has the same contents, else another one. */
async function ensureSnapshot(
  { store, clock }: Pick<FinishPorts, 'store' | 'clock'>,
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

function described({ path, sha256, size, generatedAt, signedBy }: SnapshotApi): SnapshotApi {
  return { path, sha256, size, generatedAt, signedBy };
}

/** Under names that no client knows yet: they mean nothing before the hash file is there. */
async function putApis(store: MirrorStore, name: string, apis: readonly HeldApi[]): Promise<void> {
  for (const api of apis) {
    const file = { key: snapshotApiKey(name, api.path), sha256: api.sha256 };
    const { size } = api;
    await store.putFile(file, api.open(), { size, contentType: 'application/json', mutable: true });
    await store.revealFiles([file]);
  }
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

/** The snapshots without those that would be shown next and are not whole: what they name may have been recalled since. */
async function wholeCandidates(
  { store, clock }: FinishPorts,
  snapshots: readonly Snapshot[],
  minimumAgeMs: number,
  before: Publication | undefined,
): Promise<readonly Snapshot[]> {
  let candidates = snapshots;
  for (;;) {
    const name = snapshotToPublish(candidates, before, minimumAgeMs, clock.now());
    const next = candidates.find((each) => each.name === name);
    if (next === undefined || name === before?.current) return candidates;
    if ((await missingOf(store, next)).length === 0) return candidates;
    candidates = candidates.filter((each) => each !== next);
  }
}

/** What clients see from here on: the newest snapshot that is old enough. */
async function publishNewest(
  ports: FinishPorts,
  snapshots: readonly Snapshot[],
  minimumAgeMs: number,
  before: Publication | undefined,
): Promise<Pick<BottlesResult, 'outcome' | 'current'>> {
  const { store, clock } = ports;
  const newest = snapshots.at(-1);
  const candidates = await wholeCandidates(ports, snapshots, minimumAgeMs, before);
  const current = await publish(ports, (publication) => {
    const name = snapshotToPublish(candidates, publication, minimumAgeMs, clock.now());
    if (name === undefined) return undefined;
    const chosen = snapshots.find((each) => each.name === name);
    // Of two runs at once the slower one may have the newer name and the older API.
    if (name !== publication?.current && isOvertaken(publication?.history ?? {}, chosen?.apis ?? [])) {
      return undefined;
    }
    const held = publication?.notBefore;
    const passed = held === undefined || compareSnapshots(name, held) > 0;
    return { name, notBefore: passed ? undefined : held };
  });
  if (current === undefined) return { outcome: 'held', current: null };
  const shown = snapshots.find(({ name }) => name === current);
  // Another run's, which was made of a later API.
  if (shown === undefined) return { outcome: 'up-to-date', current };
  await confirmPublished(store, shown);
  if (current !== before?.current || before.state !== 'published') return { outcome: 'published', current };
  return { outcome: current === newest?.name ? 'up-to-date' : 'held', current };
}
