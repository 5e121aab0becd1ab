import { readFile } from 'node:fs/promises';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { parse } from 'yaml';

interface TableResource {
  readonly Properties: Pick<
    CreateTableCommandInput,
    | 'AttributeDefinitions'
    | 'KeySchema'
    | 'LocalSecondaryIndexes'
    | 'GlobalSecondaryIndexes'
    | 'BillingMode'
    | 'SSESpecification'
  >;
}

/** The table as the ledger's stack defines it, under a name of its own. */
export async function ledgerTable(TableName: string): Promise<CreateTableCommandInput> {
  const template = parse(await readFile('stacks/ledger.yaml', 'utf8'), { logLevel: 'silent' }) as {
    Resources: { Table: TableResource };
  };
  const properties = template.Resources.Table.Properties;
  const { AttributeDefinitions, KeySchema, LocalSecondaryIndexes, GlobalSecondaryIndexes, BillingMode } =
    properties;
  return {
    TableName,
    AttributeDefinitions,
    KeySchema,
    LocalSecondaryIndexes,
    GlobalSecondaryIndexes,
    BillingMode,
  };
}
