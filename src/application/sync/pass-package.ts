import { reportOf, toSyncError } from '../../domain/errors.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { ReleasePackage } from '../../domain/provider/release.ts';
import type { Sourced, VerifiedProvider } from '../../ports/destination.ts';
import { type Arrival, transferToAll } from '../transfer/transfer-to-all.ts';
import type { SyncPorts } from './ports.ts';
import type { DeliverOptions, Underway } from './underway.ts';

/** Packages larger than this are taken for an endless answer. The largest providers are below 200 MB. */
const MAX_PACKAGE_BYTES = 4 * 1024 ** 3;

/**
 * Passes one package to every delivery that lacks it, by one download within the common queue; to a destination
 * that held others up before, by one of its own. Each one's end is told to its own `arrivals`. Never rejects.
 */
export async function passPackage(
  ports: SyncPorts,
  release: VerifiedProvider,
  file: Sourced<ReleasePackage>,
  takers: readonly Underway[],
  options: DeliverOptions,
): Promise<void> {
  const { queues } = options;
  const lacking = takers.filter(({ arrivals }) => arrivals.has(file.filename));
  const [slow, quick] = [true, false].map((wanted) =>
    lacking.filter(({ destination }) => queues.slow.has(destination) === wanted),
  ) as [Underway[], Underway[]];
  for (const one of slow) {
    void queues.apart(one.destination)(() => send(ports, release, file, [one], options));
  }
  if (quick.length > 0) await queues.common(() => send(ports, release, file, quick, options));
}

async function send(
  ports: SyncPorts,
  release: VerifiedProvider,
  file: Sourced<ReleasePackage>,
  takers: readonly Underway[],
  options: DeliverOptions,
): Promise<void> {
  const { events, progress, clock } = ports;
  const { platform, filename, sha256, source } = file;
  const about = { address: formatAddress(release.address), version: release.version.canonical, platform };
  const onArrival = (taker: number, arrival: Arrival): void => {
    const { destination, arrivals } = takers[taker] as Underway;
    const to = { ...about, destination: destination.name };
    if ('error' in arrival) {
      events.append({ kind: 'PackageTransferFailed', ...to, error: reportOf(arrival.error) });
    } else {
      events.append({ kind: 'PackageTransferFinished', ...to, bytes: arrival.outcome.bytes, sha256 });
    }
    arrivals.get(filename)?.resolve(arrival);
  };
  progress.signal({ kind: 'PackageTransferStarted', ...about, filename });
  try {
    await transferToAll({
      source,
      takers: takers.map(({ destination, delivery }) => ({
        sink: delivery.sinkFor(file),
        apart: options.queues.apart(destination),
        onSlow: () => void options.queues.slow.add(destination),
      })),
      expected: sha256,
      maxBytes: MAX_PACKAGE_BYTES,
      now: () => clock.monotonic(),
      ...options.transfer,
      ...(options.fanOut === undefined ? {} : { policy: options.fanOut }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onProgress: (bytes, size) =>
        progress.signal({ kind: 'PackageTransferProgressed', ...about, bytes, size }),
      onRestart: (side, reason) =>
        progress.signal({ kind: 'PackageTransferRestarted', ...about, side, reason }),
      onArrival,
    });
  } catch (error) {
    // A fault of our own must not leave a delivery waiting for its package.
    for (const taker of takers.keys()) onArrival(taker, { error: toSyncError(error) });
  }
  progress.signal({ kind: 'PackageTransferEnded', ...about });
}
