import { isSyncError, SyncError } from '../../domain/errors.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { isUnanswered, serviceErrorOf } from './service-errors.ts';

const NO_CREDENTIALS = /Credentials|ExpiredToken|InvalidAccessKeyId|TokenRefreshRequired/;

/** What S3 answers about a mirror's object, in the product's words. `what`: "Writing s3://bucket/key". */
export function s3Failure(what: string, cause: unknown): SyncError {
  if (isSyncError(cause)) return cause;
  const error = serviceErrorOf(cause);
  const name = printable(error.name);
  if (NO_CREDENTIALS.test(name)) {
    return new SyncError(
      'AccessDenied',
      `${what} is not possible without AWS credentials that hold (${name}).`,
      { cause },
    );
  }
  if (error.status === 403) {
    return new SyncError(
      'AccessDenied',
      `${what} is not allowed (${name}). The role needs s3:ListBucket on the bucket, and s3:GetObject, ` +
        's3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on what lies under the prefix.',
      { cause },
    );
  }
  if (name === 'NoSuchBucket') {
    return new SyncError('DestinationNotFound', `${what} is not possible: there is no such bucket.`, {
      cause,
    });
  }
  if (error.failure !== undefined && !error.failure.passing) {
    return new SyncError('DestinationUnreachable', `${what} failed (${name}): ${error.failure.reason}.`, {
      cause,
    });
  }
  // A body that came to S3 with another checksum than it was sent with was damaged on the way.
  if (
    isUnanswered(error) ||
    error.status === 409 ||
    /BadDigest|Checksum|RequestTimeout|IncompleteBody/.test(name)
  ) {
    return new SyncError('DestinationUnavailable', `${what} did not work for now (${name}).`, { cause });
  }
  return new SyncError('DestinationRejected', `${what} was refused by S3 (${name}).`, { cause });
}

export function isMissing(cause: unknown): boolean {
  const { name, status } = serviceErrorOf(cause);
  return name === 'NoSuchKey' || name === 'NotFound' || (status === 404 && name !== 'NoSuchBucket');
}
