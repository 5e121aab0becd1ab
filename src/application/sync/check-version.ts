import type { AdmissionRecord } from '../../domain/admission/record.ts';
import type { ProviderEntry } from '../../domain/config/config.ts';
import { createLostDestinations, type LostDestinations } from './lost-destinations.ts';
import type { SyncPorts } from './ports.ts';
import { hasWork, prepareProvider } from './prepare-provider.ts';
import { notAdmittedResult, plannedAt, providerResult } from './provider-result.ts';
import type { ProviderResult, RecalledVersion } from './results.ts';

/** Whether one provider needs work, and which. */
export interface VersionCheck {
  /** True when a destination has the version, complete or not. */
  readonly versionExists: boolean;
  readonly resolvedVersion: string;
  /** False when everything the config asks for is there and equal to upstream, or not let in, and nothing is recalled. */
  readonly shouldProcess: boolean;
  /** What is missing, step by step. */
  readonly missing: readonly string[];
  /** Deliveries of it that were begun, and of which nobody has told how they ended. */
  readonly intended: AdmissionRecord['intended'];
  readonly result: ProviderResult;
}

export interface CheckOptions {
  /** Told the version as soon as it is known, for what fails after that. */
  readonly onResolved?: (version: string) => void;
  /** Destinations that are not asked any more in this run. */
  readonly lost?: LostDestinations;
}

/**
 * Reads one provider in the public registry and every destination and compares. Changes nothing. Throws every error
 * of the public registry and of the integrity checks; a conflict and what goes wrong with a destination are results.
 */
export async function checkVersion(
  ports: SyncPorts,
  entry: ProviderEntry,
  { onResolved, lost = createLostDestinations() }: CheckOptions = {},
): Promise<VersionCheck> {
  const prepared = await prepareProvider(ports, entry, { lost, onResolved });
  if (!('inspections' in prepared)) {
    const result = notAdmittedResult(prepared);
    return {
      versionExists: false,
      resolvedVersion: prepared.version.canonical,
      shouldProcess: prepared.recalled.some(hasAction),
      missing: [],
      intended: [],
      result,
    };
  }
  const { inspections } = prepared;
  const result = providerResult(
    prepared,
    inspections.map((inspection) => plannedAt(prepared, inspection)),
    inspections,
    ports.destinationsNamed,
  );
  const plans = inspections.flatMap((inspection) => ('plan' in inspection ? [inspection.plan] : []));
  return {
    versionExists: plans.some(({ outcome }) => outcome !== 'publish'),
    resolvedVersion: prepared.version.canonical,
    shouldProcess:
      inspections.some(hasWork) || result.outcome === 'conflict' || prepared.recalled.some(hasAction),
    missing: result.steps,
    intended: prepared.intended,
    result,
  };
}

/** Whether a sync takes it out. */
function hasAction({ action }: RecalledVersion): boolean {
  return action !== 'none';
}
