import type { ProviderResult } from '../application/sync/results.ts';
import { endsRun } from '../domain/delivery/run-ending.ts';
import { type ErrorReport, SyncError } from '../domain/errors.ts';

/**
 * The error to throw for a provider that failed, in the state machine's words; undefined when it did not. With
 * several destinations it names the one at fault, and a fault that would end the run for a single destination ends
 * only this one: the others may still take every other provider.
 */
export function failureOf({ error, destinations }: ProviderResult): SyncError | undefined {
  if (error === undefined) return undefined;
  if (destinations === undefined) return new SyncError(error.code, error.message);
  const failed = destinations.filter((each) => each.error !== undefined);
  const message = failed.map((each) => `${each.name}: ${each.error?.message}`).join(' ');
  return new SyncError(codeFor(error, destinations.length), message);
}

function codeFor({ code }: ErrorReport, destinations: number): ErrorReport['code'] {
  return destinations > 1 && endsRun(code) ? 'DestinationRejected' : code;
}
