import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { createS3Outbox } from '../../adapters/aws/s3-outbox.ts';
import { createSnsEvents } from '../../adapters/aws/sns-events.ts';
import { createDynamoLedger } from '../../adapters/dynamodb-ledger/ledger.ts';
import { hashText } from '../../application/ledger/hash-text.ts';
import { inTurn, queuedIn, type Way } from '../../application/ledger/in-turn.ts';
import { allLogs, createLedgerLog } from '../../application/ledger/ledger-log.ts';
import { toSyncError } from '../../domain/errors.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Outbox } from '../../ports/outbox.ts';
import { type Environment, type EnvironmentReader, readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { systemClock } from './clock.ts';

/** What fails here has another way to go: it is given up sooner than elsewhere. */
const LEDGER_SDK_OPTIONS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 6_000 },
} as const;

interface KeptRun {
  readonly ledger: Ledger | undefined;
  readonly events: EventLog;
}

/** As much of a runtime as the ledger needs: the container's task has no more. */
interface LedgerRuntime extends Pick<Runtime, 'environment'> {
  readonly telemetry: {
    readonly reporter: EventLog;
    readonly logger: Record<'warn' | 'error', (kind: string, extra: Record<string, unknown>) => void>;
  };
}

/**
 * The ledger in the table that LEDGER_TABLE names; none without it. What an invocation reports is safe before it ends:
 * published to the topic of the ledger's pipeline where LEDGER_TOPIC_ARN names one, or else appended to the table, or
 * else put into the outbox that OUTBOX_BUCKET and OUTBOX_PREFIX name. What admission goes by is appended to the table
 * at once, because the run reads it back, and goes the other ways only when the table takes nothing. Where nothing
 * takes it, each fact is logged whole, as `FactNotKept`, and the invocation fails with ServiceUnavailable. Reading is
 * another matter: who cannot ask the ledger lets nothing in.
 */
export function composeLedger({
  environment,
  telemetry,
}: LedgerRuntime): (stack: AsyncDisposableStack) => KeptRun {
  const settings = readSettings(environment, (reader) => ({
    tableName: reader.optional('LEDGER_TABLE'),
    topicArn: reader.optional('LEDGER_TOPIC_ARN'),
    outbox: readOutbox(reader),
  }));
  const { reporter, logger } = telemetry;
  const { tableName, topicArn } = settings;
  if (tableName === undefined) return () => ({ ledger: undefined, events: reporter });
  const table = createTable(tableName);
  const waysAround: Way[] = [];
  if (topicArn !== undefined) waysAround.push(createTopic(topicArn));
  const outbox = settings.outbox && [queuedIn(createOutbox(settings.outbox, environment))];
  return (stack) => {
    const onFailed = ({ location }: Way, { code, message }: { code: string; message: string }) =>
      logger.warn('LedgerPassedOver', { location, code, reason: message });
    const published = inTurn([...waysAround, table, ...(outbox ?? [])], onFailed);
    const kept = inTurn([table, ...waysAround, ...(outbox ?? [])], onFailed);
    const log = createLedgerLog(published, systemClock, (events, error) => {
      const { code, message } = toSyncError(error);
      for (const event of events) logger.error('FactNotKept', { code, reason: message, event });
    });
    const events = allLogs([reporter, log]);
    stack.defer(() => events.flush());
    return { ledger: { ...table, append: kept.append }, events };
  };
}

/** The topic of the ledger's pipeline. */
export function createTopic(topicArn: string): Way {
  return createSnsEvents({ sns: new SNSClient(LEDGER_SDK_OPTIONS), topicArn });
}

export function createTable(tableName: string): Ledger {
  const dynamodb = new DynamoDBClient(LEDGER_SDK_OPTIONS);
  return createDynamoLedger({ dynamodb, tableName, clock: systemClock, hash: hashText });
}

interface OutboxSettings {
  readonly bucket: string;
  readonly prefix: string;
}

/** Undefined where no outbox is named. */
function readOutbox(reader: EnvironmentReader): OutboxSettings | undefined {
  const bucket = reader.optional('OUTBOX_BUCKET');
  return bucket === undefined ? undefined : { bucket, prefix: reader.required('OUTBOX_PREFIX') };
}

export function createOutbox(settings: OutboxSettings, environment: Environment): Outbox {
  return createS3Outbox({ ...settings, s3: ledgerBuckets(environment), clock: systemClock });
}

/** A client for the buckets in which the ledger's things lie. */
export function ledgerBuckets(environment: Environment): S3Client {
  return new S3Client({
    ...LEDGER_SDK_OPTIONS,
    forcePathStyle: environment['AWS_ENDPOINT_URL'] !== undefined,
  });
}
