import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoLedger } from '../../adapters/dynamodb-ledger/ledger.ts';
import { hashText } from '../../application/ledger/hash-text.ts';
import { allLogs, createLedgerLog } from '../../application/ledger/ledger-log.ts';
import { toSyncError } from '../../domain/errors.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { systemClock } from './registries.ts';
import { SDK_OPTIONS } from './sdk.ts';

interface KeptRun {
  readonly ledger: Ledger | undefined;
  readonly events: EventLog;
}

/** As much of a runtime as the ledger needs: the container's task has no more. */
interface LedgerRuntime extends Pick<Runtime, 'environment'> {
  readonly telemetry: {
    readonly reporter: EventLog;
    readonly logger: { error(kind: string, extra: Record<string, unknown>): void };
  };
}

/**
 * The ledger in the table that LEDGER_TABLE names; none without it. What an invocation reports is kept before it ends.
 * What cannot be kept fails no delivery: each fact is logged whole, as `FactNotKept`, under the id that it would have
 * had. Reading the ledger is another matter: who cannot ask it lets nothing in.
 */
export function composeLedger({
  environment,
  telemetry,
}: LedgerRuntime): (stack: AsyncDisposableStack) => KeptRun {
  const tableName = readSettings(environment, (reader) => reader.optional('LEDGER_TABLE'));
  const { reporter, logger } = telemetry;
  if (tableName === undefined) return () => ({ ledger: undefined, events: reporter });
  const dynamodb = new DynamoDBClient(SDK_OPTIONS);
  const ledger = createDynamoLedger({ dynamodb, tableName, clock: systemClock, hash: hashText });
  return (stack) => {
    const log = createLedgerLog(ledger, systemClock, (events, error) => {
      const { code, message } = toSyncError(error);
      for (const event of events) logger.error('FactNotKept', { code, reason: message, event });
    });
    const events = allLogs([reporter, log]);
    stack.defer(() => events.flush());
    return { ledger, events };
  };
}
