import type { DomainEvent, RunFailure } from '../../domain/events/domain-event.ts';
import type { ProviderResult, RunResult } from './results.ts';

/** What is kept of a sync as a whole. `run` is unique to it. */
export function runEnded(
  run: string,
  { providers, summary }: RunResult,
): Extract<DomainEvent, { kind: 'RunEnded' }> {
  return {
    kind: 'RunEnded',
    run,
    what: 'sync',
    ok: summary.ok,
    durationMs: summary.durationMs,
    bytes: summary.bytes,
    outcomes: { ...summary.outcomes },
    failures: providers.flatMap(failuresOf),
  };
}

/** Each destination's own error; the provider's where none was reached. */
function failuresOf({ address, version, error, destinations = [] }: ProviderResult): readonly RunFailure[] {
  const about = { address, version: version ?? undefined };
  const own = destinations.flatMap(({ name, error: failed }) =>
    failed === undefined ? [] : [{ ...about, destination: name, error: failed }],
  );
  if (own.length > 0) return own;
  return error === undefined ? [] : [{ ...about, error }];
}
