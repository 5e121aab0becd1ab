import { recallOf } from '../../domain/admission/decide.ts';
import type { AdmissionRecord } from '../../domain/admission/record.ts';
import type { ProviderEntry } from '../../domain/config/config.ts';
import { isSyncError, reportOf } from '../../domain/errors.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import { type HeldProvider, isComplete, type ListedVersion } from '../../domain/retention/listed.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { RecalledVersion } from '../sync/results.ts';
import { openRecord } from './open-record.ts';

export interface RecallPorts {
  readonly stores?: readonly VersionStore[];
  readonly ledger?: Ledger | undefined;
  readonly events: EventLog;
  readonly clock: Clock;
}

/**
 * The recalled versions that the entry's destinations have. With `take`, they are taken out: out of the index of a
 * destination that has one, and deleted from any other when the recall says so. A destination is asked only when
 * something is recalled. Never throws for a destination: what went wrong is in the result. Throws the ledger's errors.
 */
export async function recalledVersions(
  ports: RecallPorts,
  entry: ProviderEntry,
  take: boolean,
): Promise<readonly RecalledVersion[]> {
  const record = await openRecord(ports, entry.address);
  if ((entry.policy?.recalled ?? []).length === 0 && record.recalls.length === 0) return [];
  const stores = (ports.stores ?? []).filter(
    ({ name }) => entry.destinations === undefined || entry.destinations.includes(name),
  );
  const found = await Promise.all(stores.map((store) => recalledAt(ports, store, entry, record, take)));
  return found.flat();
}

async function recalledAt(
  ports: RecallPorts,
  store: VersionStore,
  entry: ProviderEntry,
  record: AdmissionRecord,
  take: boolean,
): Promise<readonly RecalledVersion[]> {
  const provider = providerIn(store, entry.address);
  const recalled: RecalledVersion[] = [];
  let versions: readonly ListedVersion[];
  try {
    versions = await store.listVersions(provider);
  } catch (error) {
    if (isSyncError(error) && error.code === 'DestinationNotFound') return [];
    const unknown = { version: null, reason: 'what it has could not be read', action: 'none' } as const;
    return [{ ...unknown, destination: store.name, done: false, error: reportOf(error) }];
  }
  for (const listed of versions) {
    const version = parseVersion(listed.text);
    // What clients are not told of, or cannot install, is left to a cleanup.
    if (version === undefined || !isComplete(listed)) continue;
    const recall = recallOf(entry.policy, record, entry.address, version);
    if (recall === undefined) continue;
    const action = store.withdraw !== undefined ? 'take-out' : recall.delete ? 'delete' : 'none';
    const about = {
      version: version.canonical,
      destination: store.name,
      reason: recall.reason,
      action,
    } as const;
    if (!take || action === 'none') {
      recalled.push({ ...about, done: false });
      continue;
    }
    try {
      if (action === 'delete') await store.deleteVersion(provider, listed.text);
      else await store.withdraw?.(provider, listed.text);
      ports.events.append({
        kind: 'VersionTakenOut',
        address: formatAddress(entry.address),
        version: version.canonical,
        destination: store.name,
        how: action === 'delete' ? 'deleted' : 'unlisted',
        reason: recall.reason,
      });
      recalled.push({ ...about, done: true });
    } catch (error) {
      recalled.push({ ...about, done: false, error: reportOf(error) });
    }
  }
  return recalled;
}

/** The provider as the destination calls it: a private registry knows it by its type alone. */
function providerIn({ kind }: VersionStore, address: ProviderAddress): HeldProvider {
  const { type } = address;
  return kind === 'private-registry'
    ? { name: type, type, address: undefined, own: true }
    : { name: formatAddress(address), type, address, own: true };
}
