import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createSfnWorkflow } from '../../adapters/aws/sfn-workflow.ts';
import { createSqsQueue } from '../../adapters/aws/sqs-queue.ts';
import { type BatchPorts, takeBatch } from '../../application/ledger-intake/take-batch.ts';
import { SyncError } from '../../domain/errors.ts';
import type { QueuedMessage } from '../../ports/message-queue.ts';
import type { WorkflowEnd } from '../../ports/workflow.ts';
import { systemClock } from '../composition/clock.ts';
import { SDK_OPTIONS } from '../composition/sdk.ts';
import { type EnvironmentReader, readSettings } from '../environment.ts';
import { lambdaFunction, type Runtime } from '../lambda-function.ts';
import type { Telemetry } from '../telemetry.ts';
import { traceMethods } from '../tracing.ts';
import { sqsBatch } from './schema.ts';

/** More than the state machine's own time limit: who stopped waiting would know no outcome. */
const WORKFLOW_MS = 65_000;
const RETRY_SECONDS = 30;

const METRICS: Readonly<Record<WorkflowEnd['outcome'], string>> = {
  stored: 'EventStored',
  duplicate: 'EventDuplicate',
  rejected: 'EventRejected',
  failed: 'EventFailed',
};

function compose(runtime: Runtime) {
  const { environment, telemetry, trace } = runtime;
  const settings = readSettings(environment, readTriggerSettings);
  const sqs = new SQSClient(SDK_OPTIONS);
  const sfn = new SFNClient({
    ...SDK_OPTIONS,
    requestHandler: { ...SDK_OPTIONS.requestHandler, requestTimeout: WORKFLOW_MS },
    // A stand-in on one host cannot answer for sync-HOST as well.
    disableHostPrefix: environment['AWS_ENDPOINT_URL'] !== undefined,
  });
  const ports: BatchPorts = {
    workflow: traceMethods(trace, 'Workflow', createSfnWorkflow(sfn, settings.stateMachineArn), ['run']),
    queue: createSqsQueue(sqs, settings.queueUrl),
    rejected: createSqsQueue(sqs, settings.rejectedQueueUrl),
    clock: systemClock,
  };
  return { ports, retrySeconds: settings.retrySeconds, telemetry };
}

function readTriggerSettings(reader: EnvironmentReader) {
  return {
    stateMachineArn: reader.required('STATE_MACHINE_ARN'),
    queueUrl: reader.required('QUEUE_URL'),
    rejectedQueueUrl: reader.required('REJECTED_QUEUE_URL'),
    retrySeconds: reader.parsed('RETRY_SECONDS', RETRY_SECONDS, (text) => {
      if (/^\d{1,3}$/.test(text)) return Number(text);
      throw new SyncError('SettingsInvalid', `"${text}" is no number of seconds from 0 to 999`);
    }),
  };
}

/** Counts what became of a message, and logs what somebody may want to look into; never what is in an event. */
function tell({ logger, metrics }: Telemetry, { id, receives }: QueuedMessage, end: WorkflowEnd): void {
  metrics.addMetric(METRICS[end.outcome], MetricUnit.Count, 1);
  if (end.outcome === 'rejected')
    logger.warn('EventRejected', { messageId: id, receives, reason: end.reason });
  if (end.outcome === 'failed') {
    logger.warn('EventFailed', { messageId: id, receives, code: end.error, cause: end.cause });
  }
}

/** Answers which messages have to come again; all others are deleted. */
export const handler = lambdaFunction({
  event: sqsBatch,
  compose,
  async run({ ports, retrySeconds, telemetry }, { event: { Records }, signal, remainingMs }) {
    const failed = await takeBatch(ports, Records, {
      retrySeconds,
      hasTime: () => !signal.aborted && remainingMs() > WORKFLOW_MS,
      told: (message, end) => tell(telemetry, message, end),
    });
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  },
});
