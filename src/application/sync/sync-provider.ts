import type { AdmissionRecord } from '../../domain/admission/record.ts';
import type { ProviderEntry } from '../../domain/config/config.ts';
import { reportOf, toSyncError } from '../../domain/errors.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import { recalledVersions } from '../admission/recalled-versions.ts';
import { resolveRelease } from '../admission/resolve-release.ts';
import { type Delivered, deliver } from './deliver.ts';
import { foundAt } from './intentions.ts';
import { requireAny } from './lost-destinations.ts';
import { DEFAULT_CONCURRENCY, type SyncOptions, type SyncPorts } from './ports.ts';
import { destinationsOf } from './prepare-provider.ts';
import {
  deliveredAt,
  failedResult,
  type KnownProvider,
  notAdmittedResult,
  providerResult,
} from './provider-result.ts';
import type { DestinationResult, ProviderResult } from './results.ts';
import { createDeliveryQueues, type DeliveryQueues } from './underway.ts';

export interface RunningSync {
  /** Resolves when the destinations that hold nobody up are done with the provider. */
  readonly onTime: Promise<void>;
  readonly result: Promise<ProviderResult>;
}

/**
 * Brings one provider version to the entry's destinations, whole and verified or not at all. Reads the registry
 * and the destinations first and does only what is missing, so that running it again goes on where it stopped.
 *
 * `resolved` fixes the version (as CheckVersion found it). Never throws for what can go wrong with a
 * provider: the error is in the result, with outcome "failed" or "conflict".
 */
export async function syncProvider(
  ports: SyncPorts,
  entry: ProviderEntry,
  resolved: string | undefined,
  options: SyncOptions = {},
): Promise<ProviderResult> {
  const queues = createDeliveryQueues(options.concurrency ?? DEFAULT_CONCURRENCY);
  return await startSync(ports, entry, resolved, { ...options, queues }).result;
}

/** As `syncProvider`, within a run's queues. */
export function startSync(
  ports: SyncPorts,
  entry: ProviderEntry,
  resolved: string | undefined,
  options: SyncOptions & { readonly queues: DeliveryQueues },
): RunningSync {
  const onTime = Promise.withResolvers<void>();
  const result = run(ports, entry, resolved, options, onTime.resolve).finally(onTime.resolve);
  return { onTime: onTime.promise, result };
}

async function run(
  ports: SyncPorts,
  entry: ProviderEntry,
  resolved: string | undefined,
  options: SyncOptions & { readonly queues: DeliveryQueues },
  onTime: () => void,
): Promise<ProviderResult> {
  let version = resolved;
  try {
    options.signal?.throwIfAborted();
    // Before anything upstream, because it needs nothing of it: what is called back is out even when that is down.
    const recalled = await recalledVersions(ports, entry, true);
    requireAny(destinationsOf(ports, entry), options.queues.lost);
    const found = await resolveRelease(ports, entry, resolved, (canonical) => {
      version = canonical;
    });
    if (found.outcome !== 'admitted') return notAdmittedResult({ entry, recalled, ...found });
    const { documents, intended, passedOver, notes } = found;
    const provider = {
      entry,
      version: found.version,
      release: documents.release,
      passedOver,
      recalled,
      notes,
    };
    const deliveries = deliver(ports, documents, destinationsOf(ports, entry), {
      ...options,
      onDelivered: (delivered) => {
        const { error } = delivered;
        if (error === undefined || options.queues.lost.isNews(error))
          report(ports, { ...provider, intended }, delivered);
      },
    });
    await deliveries.onTime;
    onTime();
    const delivered = await deliveries.delivered;
    const results = delivered.map((each) => deliveredAt(provider, each));
    const inspections = delivered.map(({ inspection }) => inspection);
    return providerResult(provider, results, inspections, ports.destinationsNamed);
  } catch (thrown) {
    const error = toSyncError(thrown);
    const address = formatAddress(entry.address);
    if (options.queues.lost.isNews(error)) {
      ports.events.append({
        kind: 'ProviderSyncFailed',
        address,
        version,
        destination: undefined,
        error: reportOf(error),
      });
    }
    return failedResult(entry, error, version);
  }
}

function report(
  { events }: SyncPorts,
  provider: KnownProvider & { readonly intended: AdmissionRecord['intended'] },
  delivered: Delivered,
): void {
  const { entry, version, release, intended } = provider;
  const result = deliveredAt(provider, delivered);
  const about = {
    address: formatAddress(entry.address),
    version: version.canonical,
    destination: result.name,
  };
  const signedBy = release.signingKey.keyId;
  const { bytes } = delivered;
  const { error } = result;
  switch (result.outcome) {
    case 'up-to-date':
      return events.append(foundAt(about, intended));
    case 'published':
      return events.append({ kind: 'ProviderVersionPublished', ...about, signedBy, bytes });
    case 'completed':
      return events.append({ kind: 'ProviderVersionCompleted', ...about, signedBy, bytes });
    default:
      if (error !== undefined) events.append({ kind: failureOf(result), ...about, error });
  }
}

function failureOf({ outcome }: DestinationResult): 'VersionConflictFound' | 'ProviderSyncFailed' {
  return outcome === 'conflict' ? 'VersionConflictFound' : 'ProviderSyncFailed';
}
