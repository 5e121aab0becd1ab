import { SyncError } from '../../domain/errors.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { Side } from './contract.ts';
import { retryAfterMs } from './retry-after.ts';

/** Why an attempt came to nothing. */
export interface Failure {
  /** In words, to stand after "failed:". */
  readonly reason: string;
  /** False when it is certain that the server got nothing of the request. */
  readonly reached: boolean;
  /** Whether another attempt could go better. */
  readonly passing: boolean;
}

type Words = readonly [reason: string, ...traits: readonly ('not-reached' | 'lasting')[]];

const CERTIFICATE =
  'its certificate is not trusted. If a proxy re-signs traffic here, name its certificate in the CA bundle';

const WORDS: Readonly<Record<string, Words>> = {
  ENOTFOUND: ['its host name is unknown', 'not-reached', 'lasting'],
  EAI_AGAIN: ['the name server did not answer', 'not-reached'],
  ECONNREFUSED: ['it refuses connections', 'not-reached'],
  EHOSTUNREACH: ['there is no route to it', 'not-reached'],
  ENETUNREACH: ['there is no network route to it', 'not-reached'],
  ETIMEDOUT: ['it did not answer in time'],
  ECONNRESET: ['the connection was cut'],
  EPIPE: ['the connection was cut'],
  UND_ERR_SOCKET: ['the connection was cut'],
  UND_ERR_CONNECT_TIMEOUT: ['no connection came about in time (timeout)', 'not-reached'],
  UND_ERR_HEADERS_TIMEOUT: ['it did not answer in time (timeout)'],
  UND_ERR_BODY_TIMEOUT: ['it stopped sending (timeout)'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['its answer has another length than announced'],
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: ['the file has another length than announced', 'lasting'],
  HPE_INVALID_EOF_STATE: ['the connection was cut'],
  DOCUMENT_TIMEOUT: ['the answer was not complete in time (timeout)'],
  UND_ERR_ABORTED: ['the proxy refused to connect to it', 'not-reached'],
  UND_ERR_PRX_TLS: ["the proxy's certificate is not trusted", 'not-reached', 'lasting'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another host name', 'not-reached', 'lasting'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'not-reached', 'lasting'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'not-reached', 'lasting'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [CERTIFICATE, 'not-reached', 'lasting'],
  SELF_SIGNED_CERT_IN_CHAIN: [CERTIFICATE, 'not-reached', 'lasting'],
  UNABLE_TO_GET_ISSUER_CERT: [CERTIFICATE, 'not-reached', 'lasting'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [CERTIFICATE, 'not-reached', 'lasting'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [CERTIFICATE, 'not-reached', 'lasting'],
};

/** Reads what undici, the sockets under it and OpenSSL throw, through their chains of causes. */
export function explainFailure(error: unknown): Failure {
  const codes = [...codesOf(error)];
  const code = codes.find((each) => each in WORDS);
  if (code === undefined) {
    return { reason: codes[0] ?? 'the request could not be made', reached: true, passing: true };
  }
  const [reason, ...traits] = WORDS[code] as Words;
  return {
    reason: `${reason} (${code})`,
    reached: !traits.includes('not-reached'),
    passing: !traits.includes('lasting'),
  };
}

function* codesOf(error: unknown): Generator<string> {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    const inner =
      current instanceof AggregateError ? current.errors.find((each) => each instanceof Error) : undefined;
    if ('code' in current && typeof current.code === 'string') yield current.code;
    current = inner ?? current.cause;
  }
}

/** Statuses that say nothing about the thing asked for and may be different next time. */
export function isPassingStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

function unavailable(
  side: Side,
  about: { readonly target: string; readonly host: string },
  reason: string,
  details: { readonly cause?: unknown; readonly retryAfterSeconds?: number | undefined } = {},
): SyncError {
  const { cause, retryAfterSeconds } = details;
  const code = side === 'upstream' ? 'UpstreamUnavailable' : 'DestinationUnavailable';
  return new SyncError(code, `${about.target}: the request to ${about.host} failed: ${reason}.`, {
    ...(cause === undefined ? {} : { cause }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** For an answer whose status is a passing one. `now` in milliseconds. */
export function unavailableAnswer(
  side: Side,
  about: { readonly target: string; readonly host: string },
  answer: { readonly status: number; readonly headers: Headers },
  now: number,
): SyncError {
  const wait = retryAfterMs(answer.headers, now);
  return unavailable(side, about, `it answered ${answer.status}`, {
    retryAfterSeconds: wait === undefined ? undefined : wait / 1000,
  });
}

export function responseInvalid(side: Side, target: string, problem: string, cause?: unknown): SyncError {
  const code = side === 'upstream' ? 'UpstreamResponseInvalid' : 'DestinationResponseInvalid';
  return new SyncError(code, `${target}: ${problem}.`, cause === undefined ? {} : { cause });
}

/** What to throw for whatever went wrong on the way: never anything but a SyncError. */
export function failureOf(
  error: unknown,
  side: Side,
  about: { readonly target: string; readonly host: string },
  signal: AbortSignal | undefined,
): SyncError {
  if (error instanceof SyncError) return error;
  if (signal?.aborted) return interruptionOf(signal.reason);
  return unavailable(side, about, explainFailure(error).reason, { cause: error });
}
