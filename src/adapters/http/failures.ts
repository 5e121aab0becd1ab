import { SyncError } from '../../domain/errors.ts';
import { explainCodes, explainProxy, type Failure } from '../../domain/failures.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { Side } from './contract.ts';
import { retryAfterMs, waitInWords } from './retry-after.ts';

/** Whose request it was, for messages. */
export interface About {
  readonly target: string;
  readonly host: string;
}

/** Reads what undici, the sockets under it, zlib and OpenSSL throw, through their chains of causes. */
export function explainFailure(error: unknown): Failure {
  const chain = [...causesOf(error)];
  // undici tells this one by its text alone.
  const proxy = chain.flatMap(({ message }) => /^Proxy response \((\d{3})\)/.exec(message)?.[1] ?? []);
  if (proxy[0] !== undefined) return explainProxy(Number(proxy[0]));
  const codes = chain.flatMap((each) => {
    if ('code' in each && typeof each.code === 'string') return each.code;
    // undici gives this one no code where the parser has none.
    return each.name === 'HTTPParserError' ? 'HPE_UNKNOWN' : [];
  });
  return explainCodes(codes);
}

/** An error and what caused it, from the outermost on. */
export function* causesOf(error: unknown): Generator<Error> {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    const inner =
      current instanceof AggregateError ? current.errors.find((each) => each instanceof Error) : undefined;
    yield current;
    current = inner ?? current.cause;
  }
}

/** For an answer whose status is a passing one. `now` in milliseconds since 1970. */
export function unavailableAnswer(
  side: Side,
  about: About,
  answer: { readonly status: number; readonly headers: Headers },
  now: number,
): SyncError {
  const wait = retryAfterMs(answer.headers, now);
  const asks = wait === undefined ? '' : ` and asks to be left alone for ${waitInWords(wait)}`;
  const code = side === 'upstream' ? 'UpstreamUnavailable' : 'DestinationUnavailable';
  return new SyncError(
    code,
    failed(about, `it answered ${answer.status}${asks}`),
    wait === undefined ? {} : { retryAfterSeconds: wait / 1000 },
  );
}

export function responseInvalid(side: Side, target: string, problem: string, cause?: unknown): SyncError {
  const code = side === 'upstream' ? 'UpstreamResponseInvalid' : 'DestinationResponseInvalid';
  return new SyncError(code, `${target}: ${problem}.`, cause === undefined ? {} : { cause });
}

/** What to throw for whatever went wrong on the way: never anything but a SyncError. */
export function failureOf(
  error: unknown,
  side: Side,
  about: About,
  signal: AbortSignal | undefined,
): SyncError {
  if (error instanceof SyncError) return error;
  if (signal?.aborted) return interruptionOf(signal.reason);
  const { reason, passing, answerBroken } = explainFailure(error);
  const upstream = side === 'upstream';
  const code = answerBroken
    ? upstream
      ? 'UpstreamResponseInvalid'
      : 'DestinationResponseInvalid'
    : passing
      ? upstream
        ? 'UpstreamUnavailable'
        : 'DestinationUnavailable'
      : upstream
        ? 'UpstreamUnreachable'
        : 'DestinationUnreachable';
  return new SyncError(code, failed(about, reason), { cause: error });
}

function failed({ target, host }: About, reason: string): string {
  return `${target}: the request to ${host} failed: ${reason}${/[.?]$/.test(reason) ? '' : '.'}`;
}
