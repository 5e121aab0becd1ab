import { SyncError } from '../../domain/errors.ts';
import { type Failure, isPassingStatus, isThrottling } from '../../domain/failures.ts';
import { explainFailure } from '../http/failures.ts';

/** What the SDK's clients throw, as far as it decides anything. */
interface ServiceError {
  readonly name: string;
  readonly message: string;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  /** Why no answer came, by the table that all adapters ask; undefined when one came. */
  readonly failure: Failure | undefined;
}

export function serviceErrorOf(error: unknown): ServiceError {
  const { name, code, message, $metadata } = error as Partial<Error> & {
    $metadata?: { httpStatusCode?: number };
    code?: unknown;
  };
  const status = $metadata?.httpStatusCode;
  return {
    // A connection that fails has no name of its own, but a code such as ECONNREFUSED.
    name: name !== undefined && name !== 'Error' ? name : typeof code === 'string' ? code : 'Error',
    message: message ?? String(error),
    status,
    failure: status === undefined ? explainFailure(error) : undefined,
  };
}

/** True when nothing is known of what was asked for: no answer came, or the service was at fault or asked for patience. */
export function isUnanswered({ status, name }: ServiceError): boolean {
  return status === undefined || isPassingStatus(status) || status >= 500 || isThrottling(name);
}

/**
 * The error of a request for which `isUnanswered` holds: ServiceUnavailable, or ServiceUnreachable where it lasts
 * until somebody mends it. `what` says what was tried: "Reading s3://bucket/key". The SDK has tried several times before.
 */
export function serviceUnavailable(what: string, cause: unknown): SyncError {
  const { name, failure } = serviceErrorOf(cause);
  // Without credentials no request is made at all, and none will be before somebody gives them.
  if (name === 'CredentialsProviderError') {
    return new SyncError('ServiceUnreachable', `${what} needs AWS credentials, and none were found.`, {
      cause,
    });
  }
  if (failure !== undefined && !failure.passing) {
    return new SyncError('ServiceUnreachable', `${what} failed (${name}): ${failure.reason}.`, { cause });
  }
  return new SyncError('ServiceUnavailable', `${what} did not work for now (${name}).`, { cause });
}
