import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { REGION } from '../../../scripts/stand-ins/aws-resources.ts';
import { createDynamoRequests } from '../../../src/adapters/dynamodb-deployments/requests.ts';
import { newRequest } from '../../../src/domain/deployment-request/life-cycle.ts';
import type { DeploymentRequest } from '../../../src/domain/deployment-request/request.ts';
import type { DeploymentRequests } from '../../../src/ports/deployment-requests.ts';
import { type Moto, runMoto } from '../../adapters/aws/support.ts';
import { drainQueue } from '../../deployment/support/event-bridge.ts';
import { requestsTable } from './requests-table.ts';

const ACCOUNT = '123456789012';
export const DEPLOYMENTS_BUCKET = 'acme-deployments';
export const REQUESTS_TABLE = 'deployments';
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:deployments`;
const machineArn = (name: string): string => `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;

export interface StreamRecord {
  readonly eventName: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly Keys: { readonly id: { readonly S: string } };
    readonly NewImage?: Readonly<Record<string, unknown>>;
  };
}

export interface AwsDeployments extends AsyncDisposable {
  readonly moto: Moto;
  readonly dynamodb: DynamoDBClient;
  readonly requests: DeploymentRequests;
  /** What the stack tells its functions. */
  readonly environment: Readonly<Record<string, string>>;
  ask(id: string, kind: string, inputs: Readonly<Record<string, unknown>>, approval?: boolean): Promise<void>;
  read(id: string): Promise<DeploymentRequest>;
  /** What the table's stream holds from its beginning, oldest first: a thousand records at most. */
  stream(): Promise<readonly StreamRecord[]>;
  /** What it holds since this was asked before. */
  news(): Promise<readonly StreamRecord[]>;
  /** Names of the executions that moto was asked to start. */
  executions(machine: 'deploy' | 'cleanup'): Promise<readonly string[]>;
  mails(): Promise<readonly { readonly Subject: string; readonly Message: string }[]>;
}

/** What stacks/deployments.yaml makes, on a moto, with the kinds in `kinds` in the catalogue. */
export async function awsDeployments(kinds: string, shared?: Moto): Promise<AwsDeployments> {
  const moto = shared ?? (await runMoto());
  const options = {
    endpoint: moto.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const [dynamodb, streams, sfn] = [
    new DynamoDBClient(options),
    new DynamoDBStreamsClient(options),
    new SFNClient(options),
  ];
  const { s3, sns, sqs } = moto.clients;
  const { TableDescription } = await dynamodb.send(new CreateTableCommand(requestsTable(REQUESTS_TABLE)));
  const Bucket = DEPLOYMENTS_BUCKET;
  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  for (const entry of await readdir(kinds, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const Key = `catalogue/${file.slice(kinds.length + 1)}`;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: await readFile(file) }));
  }
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
  for (const name of ['deploy', 'cleanup']) {
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/machine`;
    await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  }
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'mails' }));
  await sns.send(new CreateTopicCommand({ Name: 'deployments' }));
  const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT}:mails`;
  await sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'sqs', Endpoint }));

  const requests = createDynamoRequests({ dynamodb, tableName: REQUESTS_TABLE });
  let position: string | undefined;
  const oldest = async () => {
    const StreamArn = TableDescription?.LatestStreamArn;
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    return ShardIterator;
  };
  const recordsFrom = async (ShardIterator: string | undefined) => {
    const { Records = [], NextShardIterator: next } = await streams.send(
      new GetRecordsCommand({ ShardIterator }),
    );
    return { records: Records as unknown as readonly StreamRecord[], next };
  };
  return {
    moto,
    dynamodb,
    requests,
    environment: {
      AWS_ENDPOINT_URL: moto.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      REQUESTS_TABLE,
      DEPLOYMENTS_BUCKET,
      TASK_LOG_GROUP: '/aws/ecs/deployments',
      SNS_TOPIC_ARN: TOPIC,
      DEPLOY_MACHINE_ARN: machineArn('deploy'),
      CLEANUP_MACHINE_ARN: machineArn('cleanup'),
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_SERVICE_NAME: 'deployments',
      POWERTOOLS_METRICS_NAMESPACE: 'ProviderSync',
      POWERTOOLS_TRACE_ENABLED: 'false',
    },
    ask: async (id, kind, inputs, approval = false) => {
      // Whatever it is: nobody judges what another program puts into the table.
      const wish = { id, kind, inputs, requestedBy: 'ada', approval };
      await requests.create(newRequest(wish, new Date().toISOString()));
    },
    read: async (id) => {
      const request = await requests.read(id);
      if (request === undefined) throw new Error(`${id} is not there.`);
      return request;
    },
    stream: async () => (await recordsFrom(await oldest())).records,
    news: async () => {
      const records: StreamRecord[] = [];
      for (;;) {
        const read = await recordsFrom(position ?? (await oldest()));
        position = read.next;
        records.push(...read.records);
        if (read.records.length === 0) return records;
      }
    },
    executions: async (machine) => {
      const stateMachineArn = machineArn(machine);
      const names: string[] = [];
      for await (const { executions = [] } of paginateListExecutions({ client: sfn }, { stateMachineArn })) {
        names.push(...executions.map(({ name = '' }) => name));
      }
      return names.toSorted();
    },
    mails: async () =>
      (await drainQueue(sqs, QueueUrl)) as readonly { readonly Subject: string; readonly Message: string }[],
    [Symbol.asyncDispose]: async () => {
      for (const client of [dynamodb, streams, sfn]) client.destroy();
      if (shared === undefined) await moto.close();
    },
  };
}
