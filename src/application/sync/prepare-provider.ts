import type { AdmissionRecord } from '../../domain/admission/record.ts';
import type { PassedOver } from '../../domain/admission/words.ts';
import type { ProviderEntry } from '../../domain/config/config.ts';
import type { DeliveryPlan } from '../../domain/delivery/plan.ts';
import { type SyncError, toSyncError } from '../../domain/errors.ts';
import type { VerifiedRelease } from '../../domain/provider/release.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { Destination, VerifiedProvider } from '../../ports/destination.ts';
import { recalledVersions } from '../admission/recalled-versions.ts';
import { resolveRelease } from '../admission/resolve-release.ts';
import { type LostDestinations, requireAny } from './lost-destinations.ts';
import type { SyncPorts } from './ports.ts';
import type { RecalledVersion } from './results.ts';

/** What one destination lacks of the release, or why it could not be asked. */
export type Inspection =
  | { readonly destination: Destination; readonly plan: DeliveryPlan }
  | { readonly destination: Destination; readonly error: SyncError };

/** What admission says beside the version: of what is passed over, and of recalled versions that are there already. */
export interface AdmissionFindings {
  readonly passedOver: readonly PassedOver[];
  readonly recalled: readonly RecalledVersion[];
  /** What a person should know of the provider's versions upstream. */
  readonly notes: readonly string[];
}

/** A provider that nothing is to be done for, because what is asked for is not let in. */
export interface NotAdmitted extends AdmissionFindings {
  readonly entry: ProviderEntry;
  readonly outcome: 'held' | 'refused';
  readonly version: Version;
}

/** One provider read from the public registry and every destination, its release proved as far as documents go. */
export interface PreparedProvider extends AdmissionFindings {
  readonly entry: ProviderEntry;
  readonly version: Version;
  readonly release: VerifiedRelease;
  /** The release with its sources; undefined when nothing of it is missing anywhere. */
  readonly deliverable: VerifiedProvider | undefined;
  /** Deliveries of it that were begun, and of which nobody has told how they ended. */
  readonly intended: AdmissionRecord['intended'];
  /** One for each of the entry's destinations, in the config's order. */
  readonly inspections: readonly Inspection[];
}

/**
 * Resolves, reads and compares one provider. Changes nothing. `onResolved` is told the version as soon as it is
 * known, for what fails after that. Throws the public registry's errors and those of the integrity checks; what
 * goes wrong with a destination is in its inspection.
 */
export async function prepareProvider(
  ports: SyncPorts,
  entry: ProviderEntry,
  {
    lost,
    onResolved,
  }: { readonly lost: LostDestinations; readonly onResolved?: ((version: string) => void) | undefined },
): Promise<PreparedProvider | NotAdmitted> {
  const destinations = destinationsOf(ports, entry);
  requireAny(destinations, lost);
  const recalled = await recalledVersions(ports, entry, false);
  const found = await resolveRelease(ports, entry, undefined, onResolved);
  if (found.outcome !== 'admitted') return { entry, recalled, ...found };
  const { version, documents, intended, passedOver, notes } = found;
  const { release } = documents;
  const inspections = await Promise.all(
    destinations.map((destination) => inspectOne(destination, release, lost)),
  );
  const deliverable = inspections.some(hasWork) ? await documents.complete() : undefined;
  const findings = { passedOver, recalled, notes };
  return { entry, version, release: deliverable ?? release, deliverable, intended, inspections, ...findings };
}

/** Whether a sync would send something there. */
export function hasWork(inspection: Inspection): boolean {
  return 'plan' in inspection && ['publish', 'complete'].includes(inspection.plan.outcome);
}

/** The destinations that the entry names; all of them when it names none. */
export function destinationsOf(
  { destinations }: Pick<SyncPorts, 'destinations'>,
  entry: ProviderEntry,
): readonly Destination[] {
  const { destinations: names } = entry;
  return names === undefined ? destinations : destinations.filter(({ name }) => names.includes(name));
}

/** A destination that is lost to the run is not asked; one that is found to be is remembered. */
export async function inspectOne(
  destination: Destination,
  release: VerifiedRelease,
  lost: LostDestinations,
): Promise<Inspection> {
  const known = lost.get(destination);
  if (known !== undefined) return { destination, error: known };
  try {
    return { destination, plan: await destination.inspect(release) };
  } catch (thrown) {
    const error = toSyncError(thrown);
    lost.note(destination, error);
    return { destination, error };
  }
}
