import { S3Client } from '@aws-sdk/client-s3';
import { createS3ConfigSource, pinConfig } from '../../adapters/aws/s3-config-source.ts';
import type { ConfigReference } from '../../domain/deployment/run-references.ts';
import type { ConfigSource } from '../../ports/config-source.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { readAllowedHostnames } from '../settings.ts';
import { traceMethods } from '../tracing.ts';
import { SDK_OPTIONS } from './sdk.ts';

export interface ConfigReader {
  pin(location: Parameters<typeof pinConfig>[1]): Promise<ConfigReference>;
  source(reference: ConfigReference): ConfigSource;
}

export function composeConfigReader({ environment, trace }: Runtime): ConfigReader {
  const allowedHostnames = readSettings(environment, readAllowedHostnames);
  const s3 = new S3Client({
    ...SDK_OPTIONS,
    // A stand-in on one host cannot answer for a host name a bucket.
    forcePathStyle: environment['AWS_ENDPOINT_URL'] !== undefined,
  });
  return {
    pin: (location) => trace('S3 head config', () => pinConfig(s3, location)),
    source: (reference) => ({
      ...traceMethods(trace, 'S3 read config', createS3ConfigSource(s3, reference), ['read']),
      allowedHostnames,
    }),
  };
}
