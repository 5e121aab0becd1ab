import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoLedger } from '../../adapters/dynamodb-ledger/ledger.ts';
import { hashText } from '../../application/ledger/hash-text.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { systemClock } from '../composition/clock.ts';
import { SDK_OPTIONS } from '../composition/sdk.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { traceMethods } from '../tracing.ts';

/** The ledger in the table that LEDGER_TABLE names. */
export function composeTable({ environment, trace }: Runtime): Ledger {
  const tableName = readSettings(environment, (reader) => reader.required('LEDGER_TABLE'));
  const dynamodb = new DynamoDBClient(SDK_OPTIONS);
  const ledger = createDynamoLedger({ dynamodb, tableName, clock: systemClock, hash: hashText });
  return traceMethods(trace, 'DynamoDB ledger', ledger, ['append', 'read', 'firstSight', 'newestOf']);
}
