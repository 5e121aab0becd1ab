import { SyncError } from '../errors.ts';
import { blobKeyOf, manifestKeyOf } from './names.ts';
import {
  compareSnapshots,
  currentApiKey,
  isSnapshotName,
  PUBLICATION,
  type Snapshot,
  snapshotApiKey,
  snapshotDocument,
} from './snapshot.ts';

/**
 * How long a client may hold an API file that was replaced: 7 days where brew's auto-update is switched off for
 * installed formulae (Homebrew's api.rb). With HOMEBREW_NO_AUTO_UPDATE it may be longer; who sets it wants a snapshot.
 */
const CLIENTS_HOLD_MS = 7 * 24 * 60 * 60 * 1000;

export interface RetentionTerms {
  /** How many of the newest snapshots stay; at least 1. */
  readonly keepSnapshots: number;
  /** The largest share of the mirror's bottles that one run may delete, 0 to 1. */
  readonly maxShare: number;
  readonly now: Date;
}

export interface MirrorContents {
  readonly snapshots: readonly Snapshot[];
  /** The name of the snapshot that clients are shown; undefined when there is none. */
  readonly current: string | undefined;
  /** Every key below the mirror's root, with its size in bytes. */
  readonly files: readonly { readonly key: string; readonly size: number }[];
}

export interface BottleCleanup {
  readonly keptSnapshots: readonly string[];
  readonly deletedSnapshots: readonly string[];
  /** In the order in which they are to be deleted: a snapshot's hash file before what it names. */
  readonly keys: readonly string[];
  readonly bytes: number;
  /** Set when the run would delete more than it may. */
  readonly brake: SyncError<'RetentionBrakeApplied'> | undefined;
}

/**
 * What a cleanup deletes: snapshots beyond the newest `keepSnapshots`, but never the current one, nor one whose API
 * file a client may still hold; and the blobs, manifests and files of snapshots that nothing kept names. Files that are
 * none of the mirror's own are left alone.
 */
export function planBottleCleanup(contents: MirrorContents, terms: RetentionTerms): BottleCleanup {
  const ordered = contents.snapshots.toSorted((a, b) => compareSnapshots(b.name, a.name));
  const kept = ordered.filter((snapshot, index) => {
    const successor = ordered[index - 1];
    const held =
      successor !== undefined && terms.now.getTime() - successor.createdAt.getTime() < CLIENTS_HOLD_MS;
    return index < terms.keepSnapshots || snapshot.name === contents.current || held;
  });
  const names = new Set(kept.map(({ name }) => name));
  const needed = neededKeys(kept, contents.current);
  const doomed = contents.files.filter(({ key }) => isOwn(key) && !needed.has(key));
  const documents = doomed.filter(({ key }) => key.endsWith('/bottles.json'));
  const others = doomed.filter(({ key }) => !key.endsWith('/bottles.json'));
  return {
    keptSnapshots: kept.map(({ name }) => name),
    deletedSnapshots: ordered.map(({ name }) => name).filter((name) => !names.has(name)),
    keys: [...documents, ...others].map(({ key }) => key),
    bytes: doomed.reduce((sum, { size }) => sum + size, 0),
    brake: brakeOf(
      contents,
      doomed.map(({ key }) => key),
      terms.maxShare,
    ),
  };
}

/** Every key that a client of a kept snapshot or of the current API may ask for, and the mirror's own documents. */
function neededKeys(kept: readonly Snapshot[], current: string | undefined): ReadonlySet<string> {
  const needed = new Set([PUBLICATION]);
  for (const { name, apis, bottles } of kept) {
    needed.add(snapshotDocument(name));
    for (const { path } of apis) {
      needed.add(snapshotApiKey(name, path));
      if (name === current) needed.add(currentApiKey(path));
    }
    for (const { image, ref, sha256 } of bottles) {
      needed.add(blobKeyOf(image, sha256));
      needed.add(manifestKeyOf(image, ref));
    }
  }
  return needed;
}

const BLOB = /^v2\/homebrew\/core\/.+\/blobs\/sha256:[0-9a-f]{64}$/;
const MANIFEST = /^v2\/homebrew\/core\/.+\/manifests\/[^/]+$/;

/** Whether the mirror wrote such a file: a bucket may hold others. `api/` is replaced by publishing alone. */
function isOwn(key: string): boolean {
  const [room, name] = key.split('/');
  return BLOB.test(key) || MANIFEST.test(key) || (room === 'snapshots' && isSnapshotName(name ?? ''));
}

function brakeOf(
  { files }: MirrorContents,
  doomed: readonly string[],
  maxShare: number,
): SyncError<'RetentionBrakeApplied'> | undefined {
  const blobs = files.filter(({ key }) => BLOB.test(key)).length;
  const going = doomed.filter((key) => BLOB.test(key)).length;
  if (going === 0 || going / blobs <= maxShare) return undefined;
  return new SyncError(
    'RetentionBrakeApplied',
    `Nothing was deleted, because this run would delete ${going} of ${blobs} bottles (at most the share ${maxShare} is ` +
      `allowed). Look at what a dry run lists; if that is what you want, set the maximum share to ${Math.ceil((going * 100) / blobs) / 100}.`,
  );
}
