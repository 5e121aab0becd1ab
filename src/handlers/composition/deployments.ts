import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createDepartedTasks } from '../../adapters/aws/departed-task.ts';
import { createDeploymentWorkflows } from '../../adapters/aws/deployment-workflows.ts';
import { createExecutions } from '../../adapters/aws/executions.ts';
import { createS3Kinds } from '../../adapters/aws/s3-deployment-kinds.ts';
import { createS3Deployments } from '../../adapters/aws/s3-deployment-store.ts';
import { createTaskWatch } from '../../adapters/aws/task-watch.ts';
import { createDynamoRequests } from '../../adapters/dynamodb-deployments/requests.ts';
import { createDynamoLedger } from '../../adapters/dynamodb-ledger/ledger.ts';
import type { RequestPorts, RunPorts } from '../../application/deployments/ports.ts';
import { hashText } from '../../application/ledger/hash-text.ts';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import { type ConsolePlace, logLink } from '../../domain/notification/console-links.ts';
import type { DeploymentWorkflows } from '../../ports/deployment-workflows.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { type EnvironmentReader, readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { readNotification } from '../settings.ts';
import { systemClock } from './clock.ts';
import { createNotifier } from './notification.ts';
import { SDK_OPTIONS } from './sdk.ts';

export type FollowingPorts = Omit<RunPorts, 'secrets' | 'every'>;

interface DeploymentsBase {
  readonly ports: RequestPorts & Pick<RunPorts, 'kinds' | 'store' | 'requests'>;
  readonly place: ConsolePlace;
  readonly notifier: Notifier;
  /** Lines with links to where the runs' output is. */
  readonly whereToLook: (runId: string | undefined) => readonly string[];
}

/** The table, the bucket, the catalogue, the ledger and the topic, as the stack names them. */
export function composeDeployments(runtime: Runtime): DeploymentsBase {
  const { environment, telemetry } = runtime;
  const settings = readSettings(environment, (reader) => ({
    tableName: reader.required('REQUESTS_TABLE'),
    bucket: reader.required('DEPLOYMENTS_BUCKET'),
    kindsPrefix: reader.optional('KINDS_PREFIX') ?? 'catalogue',
    ledgerTable: reader.optional('LEDGER_TABLE'),
    taskLogGroup: reader.required('TASK_LOG_GROUP'),
    notification: readNotification(reader),
  }));
  const { tableName, bucket, kindsPrefix, ledgerTable, notification } = settings;
  const dynamodb = new DynamoDBClient(SDK_OPTIONS);
  const s3 = new S3Client({ ...SDK_OPTIONS, forcePathStyle: environment['AWS_ENDPOINT_URL'] !== undefined });
  const ledger =
    ledgerTable === undefined
      ? undefined
      : createDynamoLedger({ dynamodb, tableName: ledgerTable, clock: systemClock, hash: hashText });
  return {
    ports: {
      requests: createDynamoRequests({ dynamodb, tableName }),
      clock: systemClock,
      ledger,
      // The row keeps the fact, and the monitor hands it on.
      whenNotKept: (error) => {
        const { code, message } = toSyncError(error);
        telemetry.logger.warn('FactNotKept', { code, reason: message });
      },
      kinds: createS3Kinds({ s3, bucket, prefix: kindsPrefix }),
      store: createS3Deployments({ s3, bucket, prefix: '' }),
    },
    place: notification.place,
    notifier: createNotifier(runtime, notification),
    whereToLook: (runId) =>
      runId === undefined ? [] : [`Log: ${logLink(notification.place, settings.taskLogGroup, runId)}`],
  };
}

export function composeWorkflows({ environment }: Runtime): DeploymentWorkflows {
  const arns = readSettings(environment, (reader) => ({
    deployArn: reader.required('DEPLOY_MACHINE_ARN'),
    cleanupArn: reader.required('CLEANUP_MACHINE_ARN'),
  }));
  return createDeploymentWorkflows({ sfn: new SFNClient(SDK_OPTIONS), ...arns });
}

/** What looks after runs whose tasks are elsewhere: Terraform itself is not here. */
export function composeFollowing({ ports }: DeploymentsBase): FollowingPorts {
  const executions = createExecutions(new SFNClient(SDK_OPTIONS));
  const watch = createTaskWatch({ ecs: new ECSClient(SDK_OPTIONS), executions, clock: systemClock });
  return { ...ports, watch, terraform: createDepartedTasks(ports.requests) };
}

export function readMinutes(reader: EnvironmentReader, name: string, whenAbsent: number): number {
  return reader.parsed(name, whenAbsent, (text) => {
    if (/^[1-9][0-9]{0,4}$/.test(text)) return Number(text);
    throw new SyncError('SettingsInvalid', `"${text}" is no whole number from 1 to 99999`);
  });
}
