import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../../scripts/stand-ins/aws-resources.ts';
import { toItem } from '../../../src/adapters/aws/attribute-values.ts';
import { createDynamoRequests } from '../../../src/adapters/dynamodb-deployments/requests.ts';
import { decide } from '../../../src/domain/deployment-request/life-cycle.ts';
import { describeRequestsContract } from '../../contract/deployment-requests.ts';
import { requestsTable } from '../../support/deployments/requests-table.ts';
import { type Moto, motoIsHere, runMoto } from '../aws/support.ts';

const AT = '2026-08-01T08:00:00.000Z';

describe.skipIf(!motoIsHere)('deployment requests in DynamoDB (needs Python and pip)', () => {
  let moto: Moto;
  let dynamodb: DynamoDBClient;
  beforeAll(async () => {
    moto = await runMoto();
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
    dynamodb = new DynamoDBClient({ endpoint: moto.url, region: REGION, credentials, maxAttempts: 2 });
  }, 120_000);
  afterAll(async () => {
    dynamodb?.destroy();
    await moto?.close();
  });

  const newTable = async (): Promise<string> => {
    const tableName = `requests-${randomUUID()}`;
    await dynamodb.send(new CreateTableCommand(requestsTable(tableName)));
    return tableName;
  };

  describeRequestsContract('DynamoDB', async () => {
    const tableName = await newTable();
    // moto judges a condition and writes in two steps, between which another write may come: here they take turns.
    let before: Promise<unknown> = Promise.resolve();
    const taking = <T>(work: () => Promise<T>): Promise<T> => {
      const done = before.then(work);
      before = done.catch(() => undefined);
      return done;
    };
    return {
      open: async () => {
        const table = createDynamoRequests({ dynamodb, tableName });
        return { ...table, replace: (request, seen) => taking(() => table.replace(request, seen)) };
      },
      putRow: async (row) => {
        await dynamodb.send(new PutItemCommand({ TableName: tableName, Item: toItem(row) }));
      },
      [Symbol.asyncDispose]: async () => {},
    };
  });

  it('takes a row that says no more than what is wanted', async () => {
    const tableName = await newTable();
    const Item = {
      id: { S: 'web' },
      kind: { S: 'example' },
      inputs: { M: { folder: { S: '/srv' }, seconds: { N: '2' }, names: { SS: ['a'] } } },
      requestedBy: { S: 'ada' },
      status: { S: 'PENDING_DEPLOY' },
    };
    await dynamodb.send(new PutItemCommand({ TableName: tableName, Item }));
    const table = createDynamoRequests({ dynamodb, tableName });
    const request = await table.read('web');
    expect(request).toMatchObject({
      inputs: { folder: '/srv', seconds: 2, names: ['a'] },
      generation: 1,
      revision: 1,
      wanted: 'deploy',
    });
    if (request === undefined) throw new Error('It is not there.');
    const decision = decide(
      request,
      { kind: 'Begun', generation: 1, runner: { runner: 'r', host: 'h' } },
      AT,
    );
    expect(decision.kind === 'changed' && (await table.replace(decision.request, 1))).toBe(true);
    expect(decision.kind === 'changed' && (await table.replace(decision.request, 1))).toBe(false);
  });

  it('tells of a row that is no request, and of a table that is not there', async () => {
    const tableName = await newTable();
    await dynamodb.send(
      new PutItemCommand({ TableName: tableName, Item: { id: { S: 'web' }, status: { S: 'LOST' } } }),
    );
    const table = createDynamoRequests({ dynamodb, tableName });
    await expect(table.read('web')).rejects.toMatchObject({
      code: 'DeploymentInvalid',
      problems: expect.arrayContaining([expect.objectContaining({ path: '$.kind' })]),
    });
    const absent = createDynamoRequests({ dynamodb, tableName: 'absent' });
    await expect(absent.read('web')).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});
