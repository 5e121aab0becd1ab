import { reportOf } from '../../domain/errors.ts';
import { applyCleanup } from './apply.ts';
import { type CleanupPlan, type CleanupPorts, type CleanupRequest, planCleanup } from './plan.ts';
import { type CleanupResult, deletionsOf, summarize, untouched } from './results.ts';

/**
 * Deletes what the policy no longer keeps at every destination, or says what it would delete. One provider's or
 * destination's failure does not stop the others: `ok` tells. Throws what `planCleanup` and `applyCleanup` throw.
 */
export async function cleanupOldVersions(
  ports: CleanupPorts,
  request: CleanupRequest & { readonly dryRun: boolean },
): Promise<CleanupResult> {
  const plan = await planCleanup(ports, request);
  return request.dryRun ? previewCleanup(plan) : applyCleanup(ports, plan, request.signal);
}

/** The plan as the result of a dry run. */
export function previewCleanup(plan: CleanupPlan): CleanupResult {
  const providers = plan.providers.map((planned) => ({
    ...untouched(planned),
    toDelete: deletionsOf(planned),
  }));
  const brake = plan.brake && reportOf(plan.brake);
  return summarize(plan, providers, { dryRun: true, ...(brake && { brake }) });
}
