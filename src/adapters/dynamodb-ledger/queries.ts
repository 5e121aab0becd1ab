import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { serviceUnavailable } from '../aws/service-errors.ts';
import { type Item, partitionOf } from './items.ts';

export interface Table {
  readonly dynamodb: DynamoDBClient;
  readonly name: string;
}

/** Every item that a query finds, page by page: a page ends at 1 MB, also when the filter leaves nothing of it. */
export async function* query(
  { dynamodb, name }: Table,
  input: Omit<QueryCommandInput, 'TableName'>,
): AsyncGenerator<Item> {
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await dynamodb
      .send(new QueryCommand({ ...input, TableName: name, ...(ExclusiveStartKey && { ExclusiveStartKey }) }))
      .catch((error: unknown) => {
        throw serviceUnavailable(`Reading the ledger ${name}`, error);
      });
    yield* page.Items ?? [];
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

/** The items of a stream. */
export function inStream(stream: string, more: Omit<QueryCommandInput, 'TableName'> = {}) {
  return {
    KeyConditionExpression: 'pk = :pk',
    ConsistentRead: true,
    ...more,
    ExpressionAttributeValues: { ':pk': { S: partitionOf(stream) }, ...more.ExpressionAttributeValues },
  };
}

export async function first(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item;
  return undefined;
}
