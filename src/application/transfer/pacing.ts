import { setTimeout as timer } from 'node:timers/promises';
import { backOffMs } from '../../domain/back-off.ts';
import { SyncError } from '../../domain/errors.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';

/** Rejects when the signal is aborted. */
export type Sleep = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

export interface TransferLimits {
  /** Breaks of the download in a row, without `progressBytes` between them, after which it is given up. Default 5. */
  readonly resumes?: number;
  /** How often the upload is begun again, whatever progress it made. Default 3. */
  readonly restarts?: number;
  /** How much must arrive for the count of resumes to begin again. Default 1 MiB. */
  readonly progressBytes?: number;
  /** The n-th pause in a row is random between 0 and `baseDelayMs * 2^(n-1)`. Default 500. */
  readonly baseDelayMs?: number;
  /** The cap of a pause of our own. Default 30,000. */
  readonly maxDelayMs?: number;
  /** A server that asks for a longer pause is not asked again: coming back earlier is of no use. Default 120,000. */
  readonly maxAskedMs?: number;
}

const DEFAULT_LIMITS: Required<TransferLimits> = {
  resumes: 5,
  restarts: 3,
  progressBytes: 1024 * 1024,
  baseDelayMs: 500,
  maxDelayMs: 30_000,
  maxAskedMs: 120_000,
};

export interface Pacing {
  readonly limits: Required<TransferLimits>;
  readonly sleep: Sleep;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What was asked for, with the defaults for the rest. */
export function pacingOf(input: {
  readonly limits?: TransferLimits;
  readonly sleep?: Sleep;
  readonly random?: () => number;
}): Pacing {
  return {
    limits: { ...DEFAULT_LIMITS, ...input.limits },
    sleep: input.sleep ?? sleepUnlessAborted,
    random: input.random ?? Math.random,
  };
}

/** Waits before the `count`-th attempt after `error`: full jitter, and no shorter than the server asked. */
export async function pause(
  { limits, sleep, random }: Pacing,
  count: number,
  error: SyncError,
  signal: AbortSignal | undefined,
): Promise<void> {
  const asked = (error.retryAfterSeconds ?? 0) * 1000;
  if (asked > limits.maxAskedMs) throw asksForTooLong(error);
  try {
    await sleep(asked + backOffMs(count, limits, random), signal);
  } catch (cause) {
    throw signal?.aborted ? interruptionOf(signal.reason) : cause;
  }
}

function asksForTooLong(error: SyncError): SyncError {
  const { code, message, retryAfterSeconds } = error;
  return new SyncError(
    code,
    `${message} It asks not to be asked again for ${retryAfterSeconds} s, which is too long to wait. Run again later.`,
    {
      cause: error,
    },
  );
}

/**
 * Counts breaks in a row; enough bytes between two make the next one the first again. Not the
 * HTTP client's count of attempts within a total time, because what has arrived of a file is kept: how long it may
 * take goes by its progress. The pauses are the same.
 */
export interface Patience {
  arrived(bytes: number): void;
  /** Waits before the next attempt, or throws `error` when there were too many. */
  broken(error: SyncError, signal: AbortSignal): Promise<void>;
}

export function createPatience(pacing: Pacing): Patience {
  const { resumes, progressBytes } = pacing.limits;
  let inARow = 0;
  let sinceBreak = 0;
  return {
    arrived: (bytes) => {
      sinceBreak += bytes;
    },
    broken: async (error, signal) => {
      inARow = sinceBreak >= progressBytes ? 1 : inARow + 1;
      sinceBreak = 0;
      if (inARow > resumes) throw error;
      await pause(pacing, inARow, error, signal);
    },
  };
}

async function sleepUnlessAborted(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await timer(milliseconds, undefined, signal ? { signal } : {});
}
