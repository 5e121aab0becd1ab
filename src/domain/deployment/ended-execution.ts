import type { DomainEvent } from '../events/domain-event.ts';
import { printable } from '../integrity/untrusted-text.ts';

/** What EventBridge tells of an execution that has ended. Times are milliseconds since 1970. */
export interface EndedExecution {
  readonly executionArn: string;
  readonly status: string;
  readonly startDate: number;
  readonly stopDate: number;
  /** JSON: how many providers the run was about, where it succeeded. */
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/**
 * The fact of a run on AWS, as its execution tells it: whether it went well and how long it took. What became of each
 * provider, and the bytes, are facts of their own; `bytes` are those that the ledger has of the time.
 */
export function endedRun(
  { executionArn, status, startDate, stopDate, output, error, cause }: EndedExecution,
  bytes: number,
): Extract<DomainEvent, { kind: 'RunEnded' }> {
  const ok = status === 'SUCCEEDED';
  const providers = providersOf(output);
  return {
    kind: 'RunEnded',
    run: executionArn.slice(0, 200),
    what: 'sync',
    ok,
    durationMs: Math.max(0, Math.round(stopDate - startDate)),
    bytes,
    outcomes: providers === undefined ? {} : { providers },
    failures: ok
      ? []
      : [
          {
            address: 'the whole run',
            error: {
              code: printable(error ?? status).slice(0, 60),
              message: printable(cause ?? 'No cause was told.'),
            },
          },
        ],
  };
}

function providersOf(output: string | null): number | undefined {
  try {
    const { providers } = JSON.parse(output ?? '{}') as { readonly providers?: unknown };
    return Number.isSafeInteger(providers) && Number(providers) >= 0 ? Number(providers) : undefined;
  } catch {
    return undefined;
  }
}
