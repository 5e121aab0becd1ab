import type { ProviderEntry } from '../domain/config/config.ts';
import { prepareProvider } from './prepare-provider.ts';
import { plannedResult } from './provider-result.ts';
import type { ProviderResult } from './results.ts';
import type { SyncPorts } from './sync-ports.ts';

/** Whether one provider needs work, and which. */
export interface VersionCheck {
  /** True when the private registry has the version, complete or not. */
  readonly versionExists: boolean;
  readonly resolvedVersion: string;
  /** False when everything the config asks for is there and equal to upstream. */
  readonly shouldProcess: boolean;
  /** What is missing, step by step. */
  readonly missing: readonly string[];
  readonly result: ProviderResult;
}

/**
 * Reads one provider in both registries and compares. Changes nothing.
 * `onResolved` is told the version as soon as it is known. Throws every error of the registries and of the integrity checks; a conflict is a result, not a throw.
 */
export async function checkVersion(
  ports: SyncPorts,
  entry: ProviderEntry,
  onResolved?: (version: string) => void,
): Promise<VersionCheck> {
  const prepared = await prepareProvider(ports, entry, undefined, onResolved);
  const result = plannedResult(prepared);
  return {
    versionExists: prepared.present.version !== undefined,
    resolvedVersion: prepared.version.canonical,
    shouldProcess: prepared.plan.outcome !== 'up-to-date',
    missing: result.steps,
    result,
  };
}
