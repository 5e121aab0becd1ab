import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { parseHttpAddress } from '../http/address.ts';

export interface S3Location {
  readonly bucket: string;
  /** Without slashes at either end; "" for the bucket's root. */
  readonly prefix: string;
}

const silent = (): void => {};

/**
 * Bodies go out plain and with their length where a checksum is given. Without a logger of our own, the SDK writes
 * a line to the console for every upload that breaks off.
 * @internal
 */
export const MIRROR_CLIENT_OPTIONS = {
  maxAttempts: 5,
  followRegionRedirects: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
  logger: { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
} as const satisfies S3ClientConfig;

/**
 * A client as createS3MirrorStore needs it. Region and credentials are the SDK's usual ones; `AWS_ENDPOINT_URL_S3`
 * or `AWS_ENDPOINT_URL` names another server that speaks S3 (https, or http on this machine itself).
 */
export function createMirrorS3Client(environment: Readonly<Record<string, string | undefined>>): S3Client {
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  if (endpoint !== undefined) requireAddress(endpoint);
  return new S3Client({
    ...MIRROR_CLIENT_OPTIONS,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
}

function requireAddress(endpoint: string): void {
  try {
    parseHttpAddress(endpoint);
  } catch (cause) {
    const why = cause instanceof SyncError ? cause.message : quote(endpoint);
    throw new SyncError('AddressRefused', `AWS_ENDPOINT_URL: ${why}`, { cause });
  }
}
