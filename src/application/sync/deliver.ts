import { SyncError, toSyncError } from '../../domain/errors.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { ReleasePackage } from '../../domain/provider/release.ts';
import type { Destination, Sourced, VerifiedProvider } from '../../ports/destination.ts';
import type { ReleaseDocuments } from '../resolve/read-release.ts';
import type { Arrival } from '../transfer/transfer-to-all.ts';
import { intend } from './intentions.ts';
import { passPackage } from './pass-package.ts';
import type { SyncPorts } from './ports.ts';
import { hasWork, type Inspection, inspectOne } from './prepare-provider.ts';
import type { PlatformResult } from './results.ts';
import type { DeliverOptions as Terms, Underway } from './underway.ts';

/** What became of one destination: only looked at, or delivered to as far as it got. */
export interface Delivered {
  readonly inspection: Inspection;
  /** Packages that were missing there; undefined when nothing was to be sent. */
  readonly platforms: readonly PlatformResult[] | undefined;
  readonly bytes: number;
  /** What could still be done was done, and the version is not visible (or as it was). */
  readonly error: SyncError | undefined;
}

export interface DeliverOptions extends Terms {
  /** Told of each destination as soon as it is done. */
  readonly onDelivered?: (delivered: Delivered) => void;
}

export interface Deliveries {
  /** Resolves when every destination that answers in time is done. */
  readonly onTime: Promise<void>;
  /** One for each destination, in order. Never rejects with a SyncError. */
  readonly delivered: Promise<readonly Delivered[]>;
}

/**
 * Brings the release to every destination that lacks some of it, each package by one download. A destination's
 * own steps come before and after the bytes; it becomes visible there when every package arrived, and counts as
 * delivered when the destination, asked again, shows what a client would accept. One destination's failure or
 * slowness never reaches another.
 */
export function deliver(
  ports: SyncPorts,
  documents: ReleaseDocuments,
  destinations: readonly Destination[],
  options: DeliverOptions,
): Deliveries {
  const complete = once(() => documents.complete());
  const tracks = destinations.map((destination) => {
    const begun = begin(ports, documents, destination, complete, options);
    const done = begun.then(async (track) => {
      const delivered = await finish(ports, track, options);
      options.onDelivered?.(delivered);
      return delivered;
    });
    return { destination, begun, done };
  });
  const delivered = Promise.all(tracks.map(({ done }) => done));
  return { delivered, onTime: passAll(ports, tracks, options) };
}

/** The default of `togetherMs`. */
const TOGETHER_MS = 5000;

/** Where a destination stands after it was asked: its packages are awaited, or it is through. */
type Track = Underway | { readonly inspection: Inspection; readonly error: SyncError | undefined };

interface RunningTrack {
  readonly destination: Destination;
  readonly begun: Promise<Track>;
  readonly done: Promise<Delivered>;
}

async function begin(
  ports: SyncPorts,
  { release }: ReleaseDocuments,
  destination: Destination,
  complete: () => Promise<VerifiedProvider>,
  { signal, queues }: DeliverOptions,
): Promise<Track> {
  const inspection = await inspectOne(destination, release, queues.lost);
  if ('error' in inspection) return { inspection, error: inspection.error };
  queues.late.delete(destination);
  if (!hasWork(inspection)) return { inspection, error: undefined };
  const { plan } = inspection;
  const about = { address: formatAddress(release.address), version: release.version.canonical };
  try {
    const deliverable = await complete();
    const delivery = await destination.begin(deliverable, plan, {
      signal,
      onSigningKeyAdded: (keyId) =>
        ports.events.append({ kind: 'SigningKeyAdded', ...about, destination: destination.name, keyId }),
    });
    const lacked = deliverable.files.filter(({ filename }) => plan.missing.includes(filename));
    const platforms = lacked.map(({ platform }) => platform);
    ports.progress.signal({ kind: 'PackagesAwaited', ...about, platforms });
    const arrivals = new Map(plan.missing.map((name) => [name, Promise.withResolvers<Arrival>()]));
    return { destination, plan, delivery, release: deliverable, arrivals };
  } catch (thrown) {
    const error = toSyncError(thrown);
    queues.lost.note(destination, error);
    return { inspection, error };
  }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => (reading ??= read());
}

/** Passes the packages to whoever is ready, and to late ones when they are; resolves without the late ones. */
async function passAll(
  ports: SyncPorts,
  tracks: readonly RunningTrack[],
  options: DeliverOptions,
): Promise<void> {
  const awaited = tracks.filter(({ destination }) => !options.queues.late.has(destination));
  const ready = await readyWithin(awaited.length > 0 ? awaited : tracks, options.togetherMs ?? TOGETHER_MS);
  for (const track of tracks.filter((each) => !ready.has(each))) {
    options.queues.late.add(track.destination);
    void track.begun.then((late) => passTo(ports, underwayOf([late]), options));
  }
  await passTo(ports, underwayOf([...ready.values()]), options);
  await Promise.all([...ready.keys()].map(({ done, destination }) => orApart(done, destination, options)));
}

/** A destination that is served apart is not waited for. */
async function orApart(
  done: Promise<Delivered>,
  destination: Destination,
  { queues }: DeliverOptions,
): Promise<void> {
  if (!queues.slow.has(destination)) await done;
}

function underwayOf(tracks: readonly Track[]): readonly Underway[] {
  return tracks.filter((track): track is Underway => 'delivery' in track);
}

async function readyWithin(
  tracks: readonly RunningTrack[],
  togetherMs: number,
): Promise<ReadonlyMap<RunningTrack, Track>> {
  const ready = new Map<RunningTrack, Track>();
  const all = Promise.all(tracks.map(async (track) => void ready.set(track, await track.begun)));
  if (tracks.length === 1) await all;
  else {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, togetherMs);
    await Promise.race([all, promise]);
    clearTimeout(timer);
    // Nobody is ready: whoever is first goes first.
    if (ready.size === 0) await Promise.race(tracks.map(({ begun }) => begun));
  }
  return new Map(ready);
}

/** Resolves when every package has had its common download; what is served apart is awaited by its own delivery. */
async function passTo(
  ports: SyncPorts,
  underway: readonly Underway[],
  options: DeliverOptions,
): Promise<void> {
  const [first] = underway;
  if (first === undefined) return;
  await Promise.all(
    first.release.files.map((file: Sourced<ReleasePackage>) =>
      passPackage(ports, first.release, file, underway, options),
    ),
  );
}

/** Waits for the destination's packages, makes the version visible and reads it back. */
async function finish(ports: SyncPorts, track: Track, options: DeliverOptions): Promise<Delivered> {
  if (!('delivery' in track)) return { ...track, platforms: undefined, bytes: 0 };
  const { destination, plan, delivery, release, arrivals } = track;
  const ends = await Promise.all(
    [...arrivals].map(async ([name, { promise }]) => [name, await promise] as const),
  );
  const platforms = ends.flatMap(([name, arrival]) => platformResult(release, name, arrival));
  const bytes = platforms.reduce((sum, platform) => sum + (platform.bytes ?? 0), 0);
  const partly = { inspection: { destination, plan }, platforms, bytes };
  try {
    const failed = ends.map(([, arrival]) => arrival).find((arrival) => 'error' in arrival);
    if (failed !== undefined) throw failed.error;
    options.signal?.throwIfAborted();
    const about = { address: formatAddress(release.address), version: release.version.canonical };
    const how = plan.outcome === 'publish' ? 'published' : 'completed';
    const signedBy = release.signingKey.keyId;
    await intend(ports, { ...about, destination: destination.name }, { how, signedBy, bytes });
    await delivery.commit();
  } catch (error) {
    await delivery.abandon();
    return { ...partly, error: toSyncError(error) };
  }
  try {
    await confirm(destination, release);
    return { ...partly, error: undefined };
  } catch (error) {
    return { ...partly, error: toSyncError(error) };
  }
}

function platformResult(
  release: VerifiedProvider,
  filename: string,
  arrival: Arrival,
): readonly PlatformResult[] {
  const file = release.files.find((each) => each.filename === filename);
  if (file === undefined) return [];
  const { os, arch } = file.platform;
  if ('error' in arrival) {
    const outcome = arrival.error.code === 'Interrupted' ? 'stopped' : 'failed';
    return [{ os, arch, outcome, sha256: file.sha256 }];
  }
  return [{ os, arch, outcome: 'published', bytes: arrival.outcome.bytes, sha256: file.sha256 }];
}

/** Asks again: "published" is said of what the destination shows, not of what was sent. */
async function confirm(destination: Destination, release: VerifiedProvider): Promise<void> {
  const { outcome, steps, differences } = await destination.inspect(release);
  if (outcome === 'up-to-date') return;
  const lacks = [...differences.map(({ text }) => text), ...steps.map(({ text }) => `not done: ${text}`)];
  throw new SyncError(
    'DestinationResponseInvalid',
    `${destination.name} accepted every file of ${release.id} but does not show the version as complete ` +
      `(${lacks.slice(0, 3).join('; ')}). Run the sync again; if it stays so, ask the destination’s operator.`,
  );
}
