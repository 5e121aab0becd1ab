import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../../scripts/stand-ins/aws-resources.ts';
import { createDynamoLedger } from '../../../src/adapters/dynamodb-ledger/ledger.ts';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { describeLedgerContract, sighted } from '../../contract/ledger.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { ledgerTable } from '../../support/ledger-table.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { type Moto, motoIsHere, runMoto } from '../aws/support.ts';

const clock = fixedClock(new Date('2026-08-01T00:00:00Z'));

/** moto judges a condition and writes in two steps, between which another write may come: here they take turns. */
function oneWriteAtATime(dynamodb: DynamoDBClient): DynamoDBClient {
  const send = dynamodb.send.bind(dynamodb) as (command: unknown) => Promise<never>;
  let before: Promise<unknown> = Promise.resolve();
  dynamodb.send = ((command: unknown) => {
    if (!(command instanceof PutItemCommand)) return send(command);
    const sent = before.then(() => send(command));
    before = sent.catch(() => undefined);
    return sent;
  }) as typeof dynamodb.send;
  return dynamodb;
}

function clientOf(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  return new DynamoDBClient({ endpoint, region: REGION, credentials, maxAttempts: 2 });
}

describe.skipIf(!motoIsHere)('a ledger in DynamoDB (needs Python and pip)', () => {
  let moto: Moto;
  let dynamodb: DynamoDBClient;
  beforeAll(async () => {
    moto = await runMoto();
    dynamodb = oneWriteAtATime(clientOf(moto.url));
  }, 120_000);
  afterAll(async () => {
    dynamodb?.destroy();
    await moto?.close();
  });

  async function newTable(): Promise<string> {
    const TableName = `ledger-${randomUUID()}`;
    await dynamodb.send(new CreateTableCommand(await ledgerTable(TableName)));
    return TableName;
  }

  describeLedgerContract('DynamoDB', async () => {
    const tableName = await newTable();
    return {
      open: async (clock) =>
        createDynamoLedger({
          dynamodb,
          tableName,
          clock,
          hash: hashText,
          sleep: async () => {},
          random: () => 0,
        }),
      [Symbol.asyncDispose]: async () => {},
    };
  });

  it('lies in the table as its keys are documented', async () => {
    const tableName = await newTable();
    const ledger = createDynamoLedger({ dynamodb, tableName, clock, hash: hashText });
    await ledger.append([sighted('a/b/c', '1.0.0')]);
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: tableName }));
    expect(Items.map(({ pk, sk }) => `${pk?.S} ${sk?.S}`).toSorted()).toEqual([
      's#a/b/c 000000000001',
      'streams a/b/c',
    ]);
    const entry = Items.find(({ pk }) => pk?.S === 's#a/b/c');
    expect(entry).toMatchObject({
      bucket: { S: expect.stringMatching(/^2026-08-01#[0-3]$/) },
      digest: { S: 'a'.repeat(64) },
      version: { S: '1.0.0' },
    });
  });

  it('says of a table that is not there which one it is', async () => {
    const ledger = createDynamoLedger({ dynamodb, tableName: 'no-such-table', clock, hash: hashText });
    await expect(ledger.read('a')).rejects.toMatchObject({
      message: expect.stringContaining('no-such-table'),
    });
  });
});

describe('a ledger whose service has too much to do', () => {
  it('says that it may be tried again', async () => {
    const throttled = {
      status: 400,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify({
        __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
      }),
    };
    await using server = await scriptedServer(() => throttled);
    const ledger = createDynamoLedger({
      dynamodb: clientOf(server.url),
      tableName: 'ledger',
      clock,
      hash: hashText,
    });
    await expect(ledger.append([sighted('a/b/c', '1.0.0')])).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      retryable: true,
    });
  });
});
