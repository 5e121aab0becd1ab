import { createHash } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import type { EvidenceCheck } from '../../domain/artifact/artifact.ts';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import {
  type BottleIndex,
  canonical,
  entryChecks,
  renewIndex,
  requireEntry,
  requireLayer,
} from '../../domain/bottle/bottle-index.ts';
import { blobKeyOf, manifestKeyOf } from '../../domain/bottle/names.ts';
import type { WantedBottle } from '../../domain/bottle/resolve.ts';
import { readBottleIndex } from '../../domain/bottle/schema.ts';
import type { Snapshot, SnapshotBottle } from '../../domain/bottle/snapshot.ts';
import { type ErrorReport, reportOf, SyncError } from '../../domain/errors.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { transferFile } from '../transfer/transfer-file.ts';
import { type Holdings, holds } from './mirror-documents.ts';
import type { BottleOptions, BottlePorts } from './ports.ts';

export type BroughtBottle =
  /** `fetched`: its bytes passed in this run; `present`: they were there. */
  | {
      readonly outcome: 'present' | 'fetched';
      readonly bottle: SnapshotBottle;
      /** What was checked when its bytes passed in this run. */
      readonly checks?: readonly EvidenceCheck[];
    }
  | { readonly outcome: 'failed'; readonly bottle: WantedBottle; readonly error: ErrorReport };

type BringPorts = Pick<BottlePorts, 'registry' | 'store' | 'events' | 'progress'>;

const DEFAULT_CONCURRENCY = 8;
/** Larger ones do not exist; the digest decides in any case. */
const MAX_BOTTLE_BYTES = 50 * 1024 ** 3;
const MAX_ATTEMPTS = 30;

/** What the mirror has of every bottle that some snapshot names: nothing has to be asked about these. */
export function knownBottles(
  snapshots: readonly Snapshot[],
  holdings: Holdings,
): (bottle: WantedBottle) => SnapshotBottle | undefined {
  const known = new Map<string, SnapshotBottle>();
  for (const bottle of snapshots.flatMap(({ bottles }) => bottles)) {
    if (holds(holdings, bottle)) known.set(keyOf(bottle), bottle);
  }
  return (bottle) => {
    const found = known.get(keyOf(bottle));
    return found && { ...found, neededBy: bottle.neededBy };
  };
}

const keyOf = ({ image, ref, refName, sha256 }: WantedBottle): string =>
  [image, ref, refName, sha256].join(' ');

/**
 * Brings bottles of which the mirror may lack the bytes, the index or both: each held to the signed API on the way,
 * bytes before the index that names them. What fails is told of that bottle and harms no other. Throws Interrupted, or
 * the signal's own reason, alone.
 */
export async function bringBottles(
  ports: BringPorts,
  open: readonly WantedBottle[],
  holdings: Holdings,
  options: BottleOptions & { readonly signedBy: string },
): Promise<readonly BroughtBottle[]> {
  const limit = pLimit(options.concurrency ?? DEFAULT_CONCURRENCY);
  const groups = Map.groupBy(open, ({ image, ref }) => `${image} ${ref}`);
  const brought = await Promise.all(
    [...groups.values()].map((bottles) => bringGroup(ports, bottles, holdings, options, limit)),
  );
  if (options.signal?.aborted) throw interruptionOf(options.signal.reason);
  return brought.flat();
}

/** The keys that a run's API files are signed with, for the evidence of its bottles. */
export function signersOf(apis: readonly { readonly signedBy: string }[]): string {
  return [...new Set(apis.map(({ signedBy }) => signedBy))].join(', ');
}

/** Bottles of one version, which share an index. */
async function bringGroup(
  ports: BringPorts,
  bottles: readonly WantedBottle[],
  holdings: Holdings,
  options: BottleOptions & { readonly signedBy: string },
  limit: LimitFunction,
): Promise<readonly BroughtBottle[]> {
  const [first] = bottles;
  if (first === undefined) return [];
  const { store, registry } = ports;
  const failed = (bottle: WantedBottle, error: unknown): BroughtBottle => {
    const report = reportOf(error);
    ports.events.append({
      kind: 'BottleFailed',
      bottle: bottle.filename,
      destination: store.location,
      error: report,
    });
    return { outcome: 'failed', bottle, error: report };
  };
  try {
    const read = await limit(async () => {
      if (options.signal?.aborted) throw interruptionOf(options.signal.reason);
      return await registry.readIndex(first.image, first.ref);
    });
    const brought = await Promise.all(
      bottles.map((bottle) =>
        limit(() => bringBottle(ports, bottle, read.index, holdings, options)).catch((error: unknown) =>
          failed(bottle, error),
        ),
      ),
    );
    if (brought.some(({ outcome }) => outcome !== 'failed')) await storeIndex(store, first, read);
    return brought;
  } catch (error) {
    return bottles.map((bottle) => failed(bottle, error));
  }
}

async function bringBottle(
  ports: BringPorts,
  bottle: WantedBottle,
  index: BottleIndex,
  holdings: Holdings,
  { signal, transfer, signedBy }: BottleOptions & { readonly signedBy: string },
): Promise<BroughtBottle> {
  if (signal?.aborted) throw interruptionOf(signal.reason);
  const { store, registry } = ports;
  const found = requireEntry(index, bottle);
  const size = requireLayer(await registry.readManifest(bottle.image, found.entry), bottle, found.size);
  const entrySha256 = createHash('sha256').update(canonical(found.raw)).digest('hex') as Sha256;
  const held = { ...bottle, size, entrySha256 };
  const file = { key: blobKeyOf(bottle.image, bottle.sha256), sha256: bottle.sha256 };
  if (holdings.get(file.key) === size) return { outcome: 'present', bottle: held };
  const { filename } = bottle;
  ports.progress?.signal({ kind: 'BottleTransferStarted', bottle: filename });
  const outcome = await transferFile({
    source: registry.bottleSource(bottle),
    sink: {
      name: `${bottle.filename} → ${store.location}`,
      send: async (body) => {
        await store.putFile(file, body, { size, signal, contentType: 'application/gzip', proved: true });
      },
    },
    expected: bottle.sha256,
    maxBytes: Math.min(MAX_BOTTLE_BYTES, size),
    onProgress: (bytes) =>
      ports.progress?.signal({ kind: 'BottleTransferProgressed', bottle: filename, bytes, size }),
    ...(signal ? { signal } : {}),
    ...transfer,
  }).finally(() => ports.progress?.signal({ kind: 'BottleTransferEnded', bottle: filename }));
  if (outcome.bytes !== size) {
    throw new SyncError(
      'UpstreamResponseInvalid',
      `${bottle.filename} has ${outcome.bytes} bytes, its manifest tells ${size}.`,
    );
  }
  await store.revealFiles([file]);
  const { sha256 } = bottle;
  const checks = entryChecks(bottle, signedBy);
  ports.events.append({
    kind: 'BottleTransferred',
    bottle: filename,
    destination: store.location,
    bytes: size,
    sha256,
    checks,
  });
  return { outcome: 'fetched', bottle: held, checks };
}

/** Shows the index under its ref, upstream's own bytes where they have all that the former had. */
async function storeIndex(
  store: MirrorStore,
  { image, ref, name }: WantedBottle,
  upstream: { readonly bytes: Uint8Array; readonly index: BottleIndex },
): Promise<void> {
  const key = manifestKeyOf(image, ref);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const stored = await store.readDocument(key);
    const former = stored && readBottleIndex(stored.bytes);
    const renewed = renewIndex(former && 'value' in former ? former.value : undefined, upstream.index);
    const bytes =
      renewed === 'upstream' ? upstream.bytes : new TextEncoder().encode(JSON.stringify(renewed.document));
    if (stored !== undefined && Buffer.compare(stored.bytes, bytes) === 0) return;
    const type = 'application/vnd.oci.image.index.v1+json';
    if ((await store.writeDocument(key, bytes, stored?.etag, type)) === 'written') return;
  }
  throw new SyncError(
    'DestinationUnavailable',
    `The index ${ref} of ${name} in ${store.location} was written by somebody else again and again.`,
  );
}
