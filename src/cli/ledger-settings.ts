import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { hashText } from '../application/ledger/hash-text.ts';
import type { SyncConfig } from '../domain/config/config.ts';
import { SyncError } from '../domain/errors.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { OptionSpec, VariableSpec } from './command-spec.ts';
import { systemClock } from './composition.ts';
import type { Environment } from './io.ts';
import type { SettingsReader } from './settings-reader.ts';

export const LEDGER_OPTION: OptionSpec = {
  flags: '--ledger <file>',
  description:
    'the ledger’s file, or dynamodb://TABLE (default: provider-sync/ledger.sqlite in the user’s state folder)',
};

export const LEDGER_VARIABLES: readonly VariableSpec[] = [
  { name: 'PROVIDER_SYNC_LEDGER', description: 'as --ledger' },
];

export const PERSON_OPTION: OptionSpec = {
  flags: '--as <who>',
  description: 'who decides (default: the login; into a ledger in DynamoDB, the ARN of the credentials)',
};

/** The ledger that was named; undefined when none was. */
export function readLedgerFile(reader: SettingsReader): string | undefined {
  return (reader.option('--ledger') ?? reader.variable('PROVIDER_SYNC_LEDGER'))?.value;
}

/** Where the ledger lies when nobody names another: in the folder for state of the XDG directories. */
export function defaultLedgerFile(environment: Environment): string {
  const state = environment['XDG_STATE_HOME'];
  const folder =
    state !== undefined && path.isAbsolute(state)
      ? state
      : path.join(environment['HOME'] ?? homedir(), '.local', 'state');
  return path.join(folder, 'provider-sync', 'ledger.sqlite');
}

/** The ledger of a run: one that was named, or the user's own when the config has a policy. Undefined otherwise. */
export function ledgerFileOf(
  named: string | undefined,
  { policy, providers }: SyncConfig,
  environment: Environment,
): string | undefined {
  if (named !== undefined) return named;
  const asked = policy !== undefined || providers.some((entry) => entry.policy !== undefined);
  return asked ? defaultLedgerFile(environment) : undefined;
}

/** A table's name as DynamoDB allows it. */
const TABLE = /^dynamodb:\/\/([A-Za-z0-9_.-]{3,255})$/;

/** Nobody but who has a ledger waits for SQLite, or reads what Node 22 says of it. */
export async function openLedger(
  file: string,
  options: { readonly mustExist?: boolean } = {},
): Promise<Ledger> {
  const [, tableName] = TABLE.exec(file) ?? [];
  if (tableName !== undefined) {
    const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
    const { createDynamoLedger } = await import('../adapters/dynamodb-ledger/ledger.ts');
    const dynamodb = new DynamoDBClient({});
    const ledger = createDynamoLedger({ dynamodb, tableName, clock: systemClock, hash: hashText });
    return { ...ledger, close: async () => dynamodb.destroy() };
  }
  const { openSqliteLedger } = await import('../adapters/sqlite-ledger/ledger.ts');
  return await openSqliteLedger({ file, clock: systemClock, hash: hashText, ...options });
}

const MOST_CHARACTERS = 300;

/** Who writes into a ledger: as `readPerson`, but for a table the ARN of the credentials with which it is written. */
export async function readLedgerPerson(reader: SettingsReader, ledgerFile: string): Promise<string> {
  if (reader.option('--as') !== undefined || !TABLE.test(ledgerFile)) return readPerson(reader);
  return (await reader.attempt('--as', readCaller)) ?? '';
}

/** Who decides: what --as says, or the login. */
export function readPerson(reader: SettingsReader): string {
  const named = reader.option('--as');
  if (named === undefined) return loginName();
  const { value, from } = named;
  if (value.length > MOST_CHARACTERS || /\p{Cc}/u.test(value)) {
    reader.note({
      path: from,
      message: 'is not one line',
      fix: `Give a name of at most ${MOST_CHARACTERS} characters.`,
    });
  }
  return value.trim();
}

/** Credentials and region are found as every client of the SDK finds them. */
async function readCaller(): Promise<string> {
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const { callerArn } = await import('../adapters/aws/caller.ts');
  const client = new DynamoDBClient({});
  try {
    const credentials = await client.config.credentials().catch((cause: unknown) => {
      throw new SyncError('ServiceUnreachable', 'No AWS credentials were found.', { cause });
    });
    const region = await client.config.region().catch((cause: unknown) => {
      throw new SyncError('ServiceUnreachable', 'No AWS region is set: AWS_REGION.', { cause });
    });
    const endpoint = process.env['AWS_ENDPOINT_URL_STS'] ?? process.env['AWS_ENDPOINT_URL'];
    return await callerArn({ credentials, region, endpoint, now: systemClock.now() });
  } finally {
    client.destroy();
  }
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the system's list of users, as in many containers.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
