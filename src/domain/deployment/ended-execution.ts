import type { DomainEvent, RunFailure } from '../events/domain-event.ts';
import { printable } from '../integrity/untrusted-text.ts';
import type { RunDigest } from '../notification/digest.ts';

/** What EventBridge tells of an execution that has ended. Times are milliseconds since 1970. */
export interface EndedExecution {
  readonly executionArn: string;
  readonly status: string;
  readonly startDate: number;
  readonly stopDate: number;
  /** JSON: what the run came to, where it succeeded. */
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** What a run itself says of its providers, or its bottles. */
export interface RunFigures {
  /** How many had each outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly failures: readonly RunFailure[];
}

type RunEnded = Extract<DomainEvent, { kind: 'RunEnded' }>;

/** The fact of a run on AWS: how it ended and how long it took, as its execution tells it; the rest as the run does. */
export function endedRun(
  { executionArn, status, startDate, stopDate, error, cause }: EndedExecution,
  what: RunEnded['what'],
  { outcomes, bytes, failures }: RunFigures,
): RunEnded {
  const ok = status === 'SUCCEEDED';
  const whole = {
    address: 'the whole run',
    error: {
      code: printable(error ?? status).slice(0, 60),
      message: printable(cause ?? 'No cause was told.'),
    },
  };
  return {
    kind: 'RunEnded',
    run: executionArn.slice(0, 200),
    what,
    ok,
    durationMs: Math.max(0, Math.round(stopDate - startDate)),
    bytes,
    outcomes,
    failures: ok ? [] : failures.length > 0 ? failures : [whole],
  };
}

/** The figures of a run that came to its end with failures: as many are named as the digest names. */
export function figuresOf({ outcomes, bytes, causes, stopped }: RunDigest): RunFigures {
  return {
    outcomes,
    bytes,
    failures: [
      ...(stopped === null ? [] : [{ address: 'the whole run', error: stopped }]),
      ...causes.flatMap(({ code, providers, named }): readonly RunFailure[] =>
        named.length === 0
          ? [{ address: `${providers} providers`, error: { code, message: NOT_NAMED } }]
          : named.map((each) => ({
              address: each.address,
              version: each.version ?? undefined,
              error: { code: each.code, message: each.message },
            })),
      ),
    ],
  };
}

const NOT_NAMED = 'The execution of their page broke off; its own history says why.';
