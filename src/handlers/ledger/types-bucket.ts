import { S3Client } from '@aws-sdk/client-s3';
import { SDK_OPTIONS } from '../composition/sdk.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';

/** The bucket of event types that TYPES_BUCKET names. */
export function composeTypesBucket({ environment }: Runtime): {
  readonly s3: S3Client;
  readonly bucket: string;
} {
  const bucket = readSettings(environment, (reader) => reader.required('TYPES_BUCKET'));
  // A stand-in on one host cannot answer for a host name a bucket.
  const forcePathStyle = environment['AWS_ENDPOINT_URL'] !== undefined;
  return { s3: new S3Client({ ...SDK_OPTIONS, forcePathStyle }), bucket };
}
