import pLimit, { type LimitFunction } from 'p-limit';
import type { ProviderEntry } from '../domain/config/config.ts';
import { reportOf, toSyncError } from '../domain/errors.ts';
import { formatAddress } from '../domain/provider/address.ts';
import { applyPlan } from './apply-plan.ts';
import { type PreparedProvider, prepareProvider } from './prepare-provider.ts';
import { appliedResult, failedResult, plannedResult } from './provider-result.ts';
import type { ProviderResult } from './results.ts';
import { DEFAULT_CONCURRENCY, type SyncOptions, type SyncPorts } from './sync-ports.ts';

/**
 * Brings one provider version into the private registry, whole and verified or not at all. Reads both
 * registries first and does only what is missing, so that running it again goes on where it stopped.
 *
 * `resolved` fixes the version (as CheckVersion found it). Never throws for what can go wrong with a
 * provider: the error is in the result, with outcome "failed" or "conflict".
 */
export async function downloadAndUpload(
  ports: SyncPorts,
  entry: ProviderEntry,
  resolved: string | undefined,
  options: SyncOptions & { readonly limit?: LimitFunction } = {},
): Promise<ProviderResult> {
  const limit = options.limit ?? pLimit(options.concurrency ?? DEFAULT_CONCURRENCY);
  let version = resolved;
  try {
    options.signal?.throwIfAborted();
    const prepared = await prepareProvider(ports, entry, resolved, (found) => {
      version = found;
    });
    return await carryOut(ports, prepared, limit, options);
  } catch (thrown) {
    const error = toSyncError(thrown);
    ports.reporter.report({
      kind: 'ProviderSyncFailed',
      address: formatAddress(entry.address),
      version,
      error: reportOf(error),
    });
    return failedResult(entry, error, version);
  }
}

async function carryOut(
  ports: SyncPorts,
  prepared: PreparedProvider,
  limit: LimitFunction,
  options: SyncOptions,
): Promise<ProviderResult> {
  const { reporter } = ports;
  const about = { address: formatAddress(prepared.entry.address), version: prepared.version.canonical };
  const { plan } = prepared;
  if (plan.outcome === 'up-to-date') {
    reporter.report({ kind: 'ProviderVersionUpToDate', ...about });
    return plannedResult(prepared);
  }
  if (plan.outcome === 'conflict') {
    const result = plannedResult(prepared);
    if (result.error !== undefined) {
      reporter.report({ kind: 'VersionConflictFound', ...about, error: result.error });
    }
    return result;
  }
  const { platforms, bytes, error } = await applyPlan(ports, prepared, limit, options);
  if (error !== undefined) {
    reporter.report({ kind: 'ProviderSyncFailed', ...about, error: reportOf(error) });
    return appliedResult(prepared, 'failed', platforms, error);
  }
  const signedBy = prepared.release.signingKey.keyId;
  if (plan.outcome === 'publish') {
    reporter.report({ kind: 'ProviderVersionPublished', ...about, signedBy, bytes });
    return appliedResult(prepared, 'published', platforms);
  }
  reporter.report({ kind: 'ProviderVersionCompleted', ...about, signedBy, bytes });
  return appliedResult(prepared, 'completed', platforms);
}
