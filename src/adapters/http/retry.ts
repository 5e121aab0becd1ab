import fetchRetry from 'fetch-retry';
import { backOffMs } from '../../domain/back-off.ts';
import { isSyncError } from '../../domain/errors.ts';
import { type Failure, isPassingStatus } from '../../domain/failures.ts';
import type { HttpClientOptions, HttpDocument, HttpMethod, HttpRequest, HttpRetry } from './contract.ts';
import { explainFailure } from './failures.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Wire } from './wire.ts';

const IDEMPOTENT: readonly HttpMethod[] = ['GET', 'HEAD', 'PUT', 'DELETE'];

export const DEFAULT_RETRY: Required<HttpRetry> = {
  attempts: 5,
  baseDelayMs: 500,
  maxDelayMs: 30_000,
  totalMs: 180_000,
  random: Math.random,
};

/** One attempt. It calls `departed` when the request leaves, after any wait for its turn. */
type Attempt = (request: HttpRequest, departed: () => void) => Promise<HttpDocument>;

/**
 * Repeats `attempt` while that is safe and may help: exponential backoff with full jitter, and no sooner than the
 * server asks; a server that asks for more time than is left is not asked again. The time runs from when the first
 * attempt left, so that no wait for a turn is taken from it. Returns the last document or throws the last error,
 * whatever it is.
 */
export function createRetrying(
  wire: Wire,
  retry: Required<HttpRetry>,
  onRetry: HttpClientOptions['onRetry'],
  attempt: Attempt,
): (request: HttpRequest) => Promise<HttpDocument> {
  const repeating = fetchRetry(({ request, departed }: Call, _init?: object) => attempt(request, departed), {
    retryDelay: 0,
  });
  return async (request) => {
    let started: number | undefined;
    let mayHaveActed = false;
    const departed = (): void => {
      started ??= wire.monotonic();
    };
    const document: HttpDocument = await repeating(
      { request, departed },
      {
        // The wait is made here and not left to fetch-retry, whose timer knows no signal.
        retryOn: async (done: number, error: Error | null, document: HttpDocument | null) => {
          const failure = assess(error, document);
          if (failure === undefined || !mayRepeat(request.method, failure)) return false;
          const wait = delayMs(retry, done, document, wire.now());
          const spent = started === undefined ? 0 : wire.monotonic() - started;
          if (done + 1 >= retry.attempts || spent + wait > retry.totalMs || wire.signal?.aborted)
            return false;
          mayHaveActed ||= isAmbiguous(failure);
          onRetry?.({ target: request.target, attempt: done + 2, reason: failure.reason });
          await wire.sleep(wait, wire.signal);
          return true;
        },
      },
    );
    return mayHaveActed ? { ...document, mayHaveActed } : document;
  };
}

interface Call {
  readonly request: HttpRequest;
  readonly departed: () => void;
}

function assess(
  error: Error | null,
  document: HttpDocument | null,
): (Failure & { status?: number }) | undefined {
  if (error !== null) return isSyncError(error) ? undefined : explainFailure(error);
  if (document === null || !isPassingStatus(document.status)) return undefined;
  const { status } = document;
  return { reason: `it answered ${status}`, reached: true, passing: true, answerBroken: false, status };
}

/** A request that arrived and was not answered, or by an error of the server: perhaps it was carried out. */
function isAmbiguous({ reached, status }: Failure & { status?: number }): boolean {
  return reached && (status === undefined || status >= 500);
}

/** A request answered 429, or one that never left, was not processed: repeating it is safe whatever it does. */
function mayRepeat(method: HttpMethod, failure: Failure & { status?: number }): boolean {
  if (!failure.passing) return false;
  return IDEMPOTENT.includes(method) || failure.status === 429 || !failure.reached;
}

function delayMs(
  retry: Required<HttpRetry>,
  done: number,
  document: HttpDocument | null,
  now: number,
): number {
  const asked = document === null ? undefined : retryAfterMs(document.headers, now);
  return (asked ?? 0) + backOffMs(done + 1, retry, retry.random);
}
