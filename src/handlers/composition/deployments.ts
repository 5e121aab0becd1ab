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
import type { RequestPorts, RunPorts } from '../../application/deployments/ports.ts';
import { inTurn, type Way } from '../../application/ledger/in-turn.ts';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import { type ConsolePlace, logLink } from '../../domain/notification/console-links.ts';
import type { DeploymentWorkflows } from '../../ports/deployment-workflows.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { type EnvironmentReader, readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { readNotification } from '../settings.ts';
import { systemClock } from './clock.ts';
import { createTable, createTopic } from './ledger.ts';
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

/**
 * The table, the bucket, the catalogue, the ledger and the topic, as the stack names them. What happens is published to
 * the topic of the ledger's pipeline where LEDGER_TOPIC_ARN names one, or else appended to the table that LEDGER_TABLE
 * names; with `again`, for what is handed on again and again, the table is asked first, since it tells what it has.
 * Where neither takes it the row keeps the fact, and the monitor hands it on.
 */
export function composeDeployments(
  runtime: Runtime,
  { again = false }: { readonly again?: boolean } = {},
): DeploymentsBase {
  const { environment, telemetry } = runtime;
  const settings = readSettings(environment, (reader) => ({
    tableName: reader.required('REQUESTS_TABLE'),
    bucket: reader.required('DEPLOYMENTS_BUCKET'),
    kindsPrefix: reader.optional('KINDS_PREFIX') ?? 'catalogue',
    ledgerTable: reader.optional('LEDGER_TABLE'),
    ledgerTopic: reader.optional('LEDGER_TOPIC_ARN'),
    taskLogGroup: reader.required('TASK_LOG_GROUP'),
    notification: readNotification(reader),
  }));
  const { tableName, bucket, kindsPrefix, notification } = settings;
  const dynamodb = new DynamoDBClient(SDK_OPTIONS);
  const s3 = new S3Client({ ...SDK_OPTIONS, forcePathStyle: environment['AWS_ENDPOINT_URL'] !== undefined });
  return {
    ports: {
      requests: createDynamoRequests({ dynamodb, tableName }),
      clock: systemClock,
      ledger: composeFacts(settings, again, telemetry.logger),
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

/** A way that failed is asked again after so long: a function lives longer than one invocation. */
const TURN_MS = 60_000;

function composeFacts(
  {
    ledgerTable,
    ledgerTopic,
  }: { readonly ledgerTable: string | undefined; readonly ledgerTopic: string | undefined },
  again: boolean,
  logger: Runtime['telemetry']['logger'],
): Pick<Way, 'append'> | undefined {
  if (ledgerTable === undefined) return undefined;
  const table = createTable(ledgerTable);
  const topic = ledgerTopic === undefined ? [] : [createTopic(ledgerTopic)];
  const ways: readonly Way[] = again ? [table, ...topic] : [...topic, table];
  let turn: { readonly since: number; readonly way: Pick<Way, 'append'> } | undefined;
  return {
    append: async (events) => {
      const since = systemClock.monotonic();
      if (turn === undefined || since - turn.since > TURN_MS) {
        const way = inTurn(ways, ({ location }, { code, message }) =>
          logger.warn('LedgerPassedOver', { location, code, reason: message }),
        );
        turn = { since, way };
      }
      return await turn.way.append(events);
    },
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
