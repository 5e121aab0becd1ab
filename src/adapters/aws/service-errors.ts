import { SyncError } from '../../domain/errors.ts';

/** What the SDK's clients throw, as far as it decides anything. */
interface ServiceError {
  readonly name: string;
  readonly message: string;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
}

export function serviceErrorOf(error: unknown): ServiceError {
  const { name, code, message, $metadata } = error as Partial<Error> & {
    $metadata?: { httpStatusCode?: number };
    code?: unknown;
  };
  return {
    // A connection that fails has no name of its own, but a code such as ECONNREFUSED.
    name: name !== undefined && name !== 'Error' ? name : typeof code === 'string' ? code : 'Error',
    message: message ?? String(error),
    status: $metadata?.httpStatusCode,
  };
}

/** True when the service could not answer now: it was unreachable, at fault or asked for patience. */
export function isPassing({ status, name }: ServiceError): boolean {
  return (
    status === undefined || status === 429 || status >= 500 || /Throttl|TooManyRequests|SlowDown/.test(name)
  );
}

/** `what` says what was tried: "Reading s3://bucket/key". The SDK has tried several times before. */
export function serviceUnavailable(what: string, cause: unknown): SyncError {
  const { name } = serviceErrorOf(cause);
  return new SyncError('ServiceUnavailable', `${what} did not work for now (${name}).`, { cause });
}
