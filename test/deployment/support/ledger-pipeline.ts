import { readFileSync } from 'node:fs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishBatchCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { StateMachine } from 'aws-local-stepfunctions';
import { REGION } from '../../../scripts/stand-ins/aws-resources.ts';
import { createDynamoLedger } from '../../../src/adapters/dynamodb-ledger/ledger.ts';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import type { LedgerEntry } from '../../../src/domain/ledger/entry.ts';
import type { Ledger } from '../../../src/ports/ledger.ts';
import { type Moto, runMoto } from '../../adapters/aws/support.ts';
import { readBody, startHttpServer } from '../../support/http-server.ts';
import { ledgerTable } from '../../support/ledger-table.ts';
import type { Json } from './cloudformation.ts';
import { lambdaContext } from './lambda.ts';

const ACCOUNT = '123456789012';
const TABLE = 'provider-ledger-test';
const STATE_MACHINE = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:provider-ledger-pipeline-test`;
const DEFINITION = 'statemachine/ledger-pipeline.asl.json';

export type Task = 'Validate' | 'Process' | 'Enrich' | 'Append';
type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** What goes wrong, and when; a fault that throws is a function that died. */
interface Faults {
  before?: ((task: Task, event: Json) => void) | undefined;
  after?: ((task: Task, event: Json) => void) | undefined;
  /** Whether DynamoDB has too much to do to take this write. */
  throttled?: ((item: Json) => boolean) | undefined;
  /** Whether the trigger dies after it has done its work, before it can answer. */
  triggerDies?: (() => boolean) | undefined;
}

export interface PipelineWorld extends AsyncDisposable {
  /** For what else is to publish to the topic. */
  readonly moto: Moto;
  readonly topicArn: string;
  readonly faults: Faults;
  readonly ledger: Ledger;
  /** What Step Functions was given and gave: the largest payload in bytes. */
  readonly largestPayload: () => number;
  /** Through the topic. */
  publish(messages: readonly (object | string)[]): Promise<void>;
  /** Past the topic, as SNS hands over without raw delivery and as a redrive does. */
  enqueue(body: string): Promise<void>;
  /** Lets the trigger work until the queue gives nothing any more. */
  deliver(): Promise<void>;
  entries(): Promise<readonly LedgerEntry[]>;
  /** Takes what was rejected out of its queue. */
  rejected(): Promise<readonly Json[]>;
  /** Looks at the dead letters, and leaves them where they are. */
  deadLettersStay(): Promise<readonly Json[]>;
  /** Puts a type into the bucket and has it judged as the rule does. */
  handIn(type: string, document: object | string): Promise<Json>;
  /** What stands in the bucket; undefined when it is not there. */
  object(key: string): Promise<Json>;
}

/** The environment of the functions, for as long as the world stands. */
async function handlersOf(): Promise<Record<Task | 'trigger' | 'register', Handler>> {
  const [trigger, validate, process, enrich, append, register] = await Promise.all([
    import('../../../src/handlers/ledger/trigger.ts'),
    import('../../../src/handlers/ledger/validate.ts'),
    import('../../../src/handlers/ledger/process.ts'),
    import('../../../src/handlers/ledger/enrich.ts'),
    import('../../../src/handlers/ledger/append.ts'),
    import('../../../src/handlers/ledger/register-type.ts'),
  ]);
  return {
    trigger: trigger.handler,
    register: register.handler,
    Validate: validate.handler,
    Process: process.handler,
    Enrich: enrich.handler,
    Append: append.handler,
  };
}

/** The definition as SAM deploys it. */
export function pipelineDefinition(rejectedQueueUrl: string): Json {
  const text = readFileSync(DEFINITION, 'utf8').replaceAll(/\$\{(\w+)\}/g, (_match, name: string) => {
    if (name === 'Partition') return 'aws';
    if (name === 'RejectedQueueUrl') return rejectedQueueUrl;
    return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
  });
  return JSON.parse(text);
}

/**
 * The pipeline on one machine: the real definition and the real functions over moto's SNS, SQS, S3 and DynamoDB. In place
 * of Lambda's mapping stands a loop, and in place of Step Functions a server that answers StartSyncExecution, which moto
 * does not know, by the local interpreter.
 */
export async function pipelineWorld(): Promise<PipelineWorld> {
  const moto = await runMoto();
  const { sqs, sns, s3 } = moto.clients;
  const faults: Faults = {};
  const queue = async (QueueName: string, Attributes?: Record<string, string>) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, ...(Attributes && { Attributes }) }))).QueueUrl ?? '';
  const arn = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
  const deadLetterUrl = await queue('provider-ledger-dead-letter-test');
  const rejectedUrl = await queue('provider-ledger-rejected-test');
  const eventsUrl = await queue('provider-ledger-events-test', {
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: arn('provider-ledger-dead-letter-test'),
      maxReceiveCount: 8,
    }),
  });
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'provider-ledger-events-test' }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: arn('provider-ledger-events-test'),
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  const Bucket = 'provider-ledger-types';
  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const dynamoProxy = await startDynamoProxy(moto, (item) => faults.throttled?.(item) === true);
  const dynamodb = new DynamoDBClient({
    endpoint: dynamoProxy.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await dynamodb.send(new CreateTableCommand(await ledgerTable(TABLE)));

  let largest = 0;
  const measured = (payload: Json) => {
    largest = Math.max(largest, Buffer.byteLength(JSON.stringify(payload) ?? ''));
    return payload;
  };
  const functions: { handlers?: Awaited<ReturnType<typeof handlersOf>> } = {};
  const definition = pipelineDefinition(rejectedUrl);
  const tasks: readonly Task[] = ['Validate', 'Process', 'Enrich', 'Append'];

  const invoke = (task: Task) => async (parameters: Json) => {
    const payload = JSON.parse(JSON.stringify(measured(parameters.Payload)));
    try {
      faults.before?.(task, payload.event);
      const answer = await functions.handlers?.[task](payload, lambdaContext(15_000));
      faults.after?.(task, payload.event);
      return { Payload: measured(JSON.parse(JSON.stringify(answer))) };
    } catch (thrown) {
      const { name, message } = thrown as Error;
      throw Object.assign(new Error(JSON.stringify({ errorType: name, errorMessage: message })), { name });
    }
  };
  const sendMessage = async ({ QueueUrl, MessageBody, MessageAttributes }: Json) => {
    // As the integration does: an object goes as its JSON.
    const body = typeof MessageBody === 'string' ? MessageBody : JSON.stringify(MessageBody);
    const sent = { QueueUrl, MessageBody: body, MessageAttributes };
    const { MessageId = '' } = await sqs.send(new SendMessageCommand(sent));
    return { MessageId };
  };
  const execute = async (input: Json) => {
    const machine = new StateMachine(definition as never, { validationOptions: { noValidate: true } });
    const paced = [...tasks, 'Reject'].map((name) => [name, 1]);
    const local = Object.fromEntries(tasks.map((task) => [task, invoke(task)]));
    const { result } = machine.run(input, {
      context: { Execution: { Id: `${STATE_MACHINE}:1`, Input: input, StartTime: new Date().toISOString() } },
      overrides: {
        taskResourceLocalHandlers: { ...local, Reject: sendMessage },
        retryIntervalOverrides: Object.fromEntries(paced),
      },
    });
    try {
      return { status: 'SUCCEEDED', output: JSON.stringify(measured(await result)) };
    } catch (thrown) {
      const { name, message } = (thrown as Error).cause as Error;
      return { status: 'FAILED', error: name, cause: message };
    }
  };
  const states = await startHttpServer(async (request, response) => {
    const body = (await readBody(request)).toString();
    const target = String(request.headers['x-amz-target'] ?? '');
    if (!target.endsWith('.StartSyncExecution')) {
      // The rest of Step Functions is moto's.
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
        authorization: request.headers.authorization ?? '',
      };
      const forwarded = await fetch(moto.url, { method: 'POST', headers, body });
      response.writeHead(forwarded.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(await forwarded.text());
      return;
    }
    const { input } = JSON.parse(body);
    const ended = await execute(JSON.parse(input));
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ executionArn: `${STATE_MACHINE}:1`, startDate: 1, stopDate: 2, ...ended }));
  });

  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL: moto.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoProxy.url,
    AWS_ENDPOINT_URL_SFN: states.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    STATE_MACHINE_ARN: STATE_MACHINE,
    QUEUE_URL: eventsUrl,
    REJECTED_QUEUE_URL: rejectedUrl,
    LEDGER_TABLE: TABLE,
    TYPES_BUCKET: Bucket,
    RETRY_SECONDS: '0',
    LOG_LEVEL: 'WARN',
    POWERTOOLS_SERVICE_NAME: 'provider-ledger-test',
    POWERTOOLS_METRICS_NAMESPACE: 'ProviderSync',
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  };
  for (const [name, value] of Object.entries(environment)) process.env[name] = value;
  functions.handlers = await handlersOf();
  const { trigger, register } = functions.handlers;

  const receive = async (QueueUrl: string): Promise<readonly Message[]> => {
    const MessageSystemAttributeNames = ['ApproximateReceiveCount' as const];
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames }),
    );
    return Messages;
  };
  const remove = async (QueueUrl: string, messages: readonly Message[]) => {
    if (messages.length === 0) return;
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  };
  const drain = async (QueueUrl: string): Promise<readonly Json[]> => {
    const bodies: Json[] = [];
    for (let batch = await receive(QueueUrl); batch.length > 0; batch = await receive(QueueUrl)) {
      bodies.push(...batch.map(({ Body = '' }) => JSON.parse(Body)));
      await remove(QueueUrl, batch);
    }
    return bodies;
  };
  const look = async (QueueUrl: string): Promise<readonly Json[]> => {
    const seen: Message[] = [];
    for (let batch = await receive(QueueUrl); batch.length > 0; batch = await receive(QueueUrl))
      seen.push(...batch);
    for (const message of seen) await show(message, QueueUrl);
    return seen.map(({ Body = '' }) => JSON.parse(Body));
  };
  /** As the mapping does: what is not named in the answer is deleted, and after an exception nothing is. */
  const deliver = async () => {
    for (let batch = await receive(eventsUrl); batch.length > 0; batch = await receive(eventsUrl)) {
      const event = { Records: batch.map(recordOf) };
      const answer = (await trigger(event, lambdaContext(120_000))) as {
        readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
      };
      if (faults.triggerDies?.() === true) {
        for (const message of batch) await show(message);
        continue;
      }
      const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      await remove(
        eventsUrl,
        batch.filter(({ MessageId = '' }) => !failed.has(MessageId)),
      );
    }
  };
  const show = async ({ ReceiptHandle }: Message, QueueUrl = eventsUrl) => {
    const visible = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
    await sqs.send(new ChangeMessageVisibilityCommand(visible));
  };
  const ledger = createDynamoLedger({
    dynamodb,
    tableName: TABLE,
    clock: { now: () => new Date(), monotonic: () => performance.now() },
    hash: hashText,
  });
  const object = async (Key: string) => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return JSON.parse((await Body?.transformToString()) ?? '');
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return undefined;
      throw error;
    }
  };
  return {
    moto,
    topicArn: TopicArn,
    faults,
    ledger,
    largestPayload: () => largest,
    publish: async (messages) => {
      for (let at = 0; at < messages.length; at += 10) {
        const PublishBatchRequestEntries = messages.slice(at, at + 10).map((message, index) => ({
          Id: String(index),
          Message: typeof message === 'string' ? message : JSON.stringify(message),
        }));
        const { Failed = [] } = await sns.send(
          new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }),
        );
        if (Failed.length > 0) throw new Error(`not published: ${JSON.stringify(Failed)}`);
      }
    },
    enqueue: async (MessageBody) => {
      await sqs.send(new SendMessageCommand({ QueueUrl: eventsUrl, MessageBody }));
    },
    deliver,
    entries: () => Array.fromAsync(ledger.entries()),
    rejected: () => drain(rejectedUrl),
    deadLettersStay: () => look(deadLetterUrl),
    handIn: async (type, document) => {
      const Key = `types/${type}.json`;
      const Body = typeof document === 'string' ? document : JSON.stringify(document);
      const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      const detail = { bucket: { name: Bucket }, object: { key: Key, 'version-id': VersionId } };
      return (await register({ detail }, lambdaContext(60_000))) as Json;
    },
    object,
    [Symbol.asyncDispose]: async () => {
      for (const name of Object.keys(environment)) delete process.env[name];
      dynamodb.destroy();
      await states.close();
      await dynamoProxy.close();
      await moto.close();
    },
  };
}

function recordOf({ MessageId, ReceiptHandle, Body, Attributes }: Message): Json {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: { ApproximateReceiveCount: Attributes?.ApproximateReceiveCount },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    awsRegion: REGION,
  };
}

/**
 * Stands before moto's DynamoDB: throttles what a test wants throttled, and lets one write through at a time, because moto
 * judges a condition and writes in two steps.
 */
async function startDynamoProxy(moto: Moto, throttled: (item: Json) => boolean) {
  let writing: Promise<unknown> = Promise.resolve();
  return await startHttpServer(async (request, response) => {
    const body = await readBody(request);
    const target = String(request.headers['x-amz-target'] ?? '');
    const isPut = target.endsWith('.PutItem');
    const answer = async () => {
      if (isPut && throttled(JSON.parse(body.toString()).Item)) {
        const __type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
        return { status: 400, text: JSON.stringify({ __type, message: 'too much' }) };
      }
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
      const authorization = request.headers.authorization ?? '';
      const forwarded = await fetch(moto.url, {
        method: 'POST',
        headers: { ...headers, authorization },
        body: body.toString(),
      });
      return { status: forwarded.status, text: await forwarded.text() };
    };
    const answered = isPut ? writing.then(answer) : answer();
    if (isPut) writing = answered.catch(() => undefined);
    const { status, text } = await answered;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(text);
  });
}
