import { allLogs, createLedgerLog } from '../application/ledger/ledger-log.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Ledger } from '../ports/ledger.ts';
import { systemClock } from './composition.ts';
import { openLedger } from './ledger-settings.ts';

export interface RunLedger {
  readonly ledger: Ledger | undefined;
  /** What a run reports to: the display, and the ledger where there is one. */
  readonly events: EventLog;
}

/**
 * Opens a run's ledger, and keeps what `use` reports in it. Throws when it could not be kept, after `use` has done
 * what it does.
 */
export async function withRunLedger<R>(
  file: string | undefined,
  reporter: EventLog,
  use: (run: RunLedger) => Promise<R>,
): Promise<R> {
  if (file === undefined) return await use({ ledger: undefined, events: reporter });
  const ledger = await openLedger(file);
  const events = allLogs([reporter, createLedgerLog(ledger, systemClock)]);
  try {
    return await use({ ledger, events });
  } finally {
    try {
      await events.flush();
    } finally {
      await ledger.close();
    }
  }
}
