import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createExecutions } from '../../adapters/aws/executions.ts';
import { createS3TurnQueue } from '../../adapters/aws/s3-turn-queue.ts';
import type { TurnPorts } from '../../application/take-turn.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { traceMethods } from '../tracing.ts';
import { SDK_OPTIONS } from './sdk.ts';

export function composeTurn({ environment, trace }: Runtime): TurnPorts {
  const place = readSettings(environment, (reader) => ({
    bucket: reader.required('QUEUE_BUCKET'),
    key: reader.required('QUEUE_KEY'),
  }));
  const s3 = new S3Client({
    ...SDK_OPTIONS,
    forcePathStyle: environment['AWS_ENDPOINT_URL'] !== undefined,
  });
  const executions = createExecutions(new SFNClient(SDK_OPTIONS));
  return {
    queue: traceMethods(trace, 'S3 queue of runs', createS3TurnQueue(s3, place), ['read', 'write']),
    executions: traceMethods(trace, 'Step Functions describe execution', executions, ['isRunning']),
    clock: { now: () => new Date() },
  };
}
