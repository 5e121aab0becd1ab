import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import type { DeploymentRequest } from '../../domain/deployment-request/request.ts';
import { readRow } from '../../domain/deployment-request/schema.ts';
import type { UnreadableRow } from '../../domain/deployment-request/unreadable.ts';
import { SyncError } from '../../domain/errors.ts';
import type { DeploymentRequests } from '../../ports/deployment-requests.ts';
import { fromItem, toItem } from '../aws/attribute-values.ts';
import { serviceErrorOf, serviceUnavailable } from '../aws/service-errors.ts';

/** Index: partition key `status`, sort key `updatedAt`, all attributes. */
const BY_STATUS = 'by-status';

type Item = Record<string, AttributeValue>;

/**
 * The table in DynamoDB: partition key `id`, an index `by-status`, every member of a request an attribute of its own.
 * Needs PutItem, GetItem and, for the index, Query. A row that somebody put there with `id`, `kind`, `inputs`,
 * `requestedBy` and `status` PENDING_DEPLOY alone is a new request.
 */
export function createDynamoRequests(options: {
  readonly dynamodb: DynamoDBClient;
  readonly tableName: string;
}): DeploymentRequests {
  const { dynamodb, tableName: TableName } = options;
  const put = async (request: DeploymentRequest, condition: object): Promise<boolean> => {
    try {
      await dynamodb.send(new PutItemCommand({ TableName, Item: toItem(request), ...condition }));
      return true;
    } catch (error) {
      if (serviceErrorOf(error).name === 'ConditionalCheckFailedException') return false;
      throw failed(`Writing to the table ${TableName}`, error);
    }
  };
  return {
    location: `the table ${TableName}`,
    create: (request) => put(request, { ConditionExpression: 'attribute_not_exists(id)' }),
    replace: (request, seen) =>
      put(request, {
        // A row that somebody else put there counts no revisions yet: it is in its first.
        ConditionExpression:
          seen === 1
            ? 'attribute_exists(id) AND (revision = :seen OR attribute_not_exists(revision))'
            : 'revision = :seen',
        ExpressionAttributeValues: { ':seen': { N: String(seen) } },
      }),
    read: async (id) => {
      try {
        const { Item } = await dynamodb.send(
          new GetItemCommand({ TableName, Key: { id: { S: id } }, ConsistentRead: true }),
        );
        return Item && requestOf(Item);
      } catch (error) {
        throw failed(`Reading the table ${TableName}`, error);
      }
    },
    list: async (status, limit, order = 'oldest-first') => {
      const requests: DeploymentRequest[] = [];
      const unreadable: UnreadableRow[] = [];
      const input = {
        TableName,
        IndexName: BY_STATUS,
        ScanIndexForward: order === 'oldest-first',
        KeyConditionExpression: '#status = :status',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': { S: status } },
      };
      try {
        for await (const { Items = [] } of paginateQuery(
          { client: dynamodb, pageSize: Math.min(limit, 100) },
          input,
        )) {
          for (const item of Items) {
            const row = readRow(fromItem(item));
            if ('request' in row) requests.push(row.request);
            else unreadable.push({ id: item['id']?.S ?? '', ...row });
          }
          if (requests.length >= limit) break;
        }
      } catch (error) {
        throw failed(`Reading the table ${TableName}`, error);
      }
      return { requests: requests.slice(0, limit), unreadable: unreadable.slice(0, limit) };
    },
    close: async () => {},
  };
}

function failed(what: string, error: unknown): unknown {
  return error instanceof SyncError ? error : serviceUnavailable(what, error);
}

function requestOf(item: Item): DeploymentRequest {
  const read = readRow(fromItem(item));
  if ('request' in read) return read.request;
  throw new SyncError('DeploymentInvalid', 'A row of the table of deployments is no request.', read);
}
