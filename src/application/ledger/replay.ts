import { type SyncError, toSyncError } from '../../domain/errors.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Outbox } from '../../ports/outbox.ts';

export interface Replayed {
  readonly events: number;
  /** Parcels that stay, and why. */
  readonly failed: readonly { readonly name: string; readonly message: string }[];
}

/**
 * Appends to the ledger what waits in the outbox, and takes out of it what is there then. An event that was kept in the
 * meantime is not kept twice. Throws the outbox's errors, and the ledger's when it takes nothing.
 */
export async function replayOutbox(outbox: Outbox, ledger: Pick<Ledger, 'append'>): Promise<Replayed> {
  const failed: { readonly name: string; readonly message: string }[] = [];
  let events = 0;
  for await (const parcel of outbox.waiting()) {
    if (parcel.events === undefined) {
      failed.push({ name: parcel.name, message: 'holds no events' });
      continue;
    }
    let refused: SyncError | undefined;
    for (const event of parcel.events) {
      try {
        await ledger.append([event]);
        events += 1;
      } catch (thrown) {
        const error = toSyncError(thrown);
        // One that can never be kept holds up none of the others.
        if (error.code !== 'ArgumentsInvalid') throw error;
        refused = error;
      }
    }
    if (refused === undefined) await outbox.remove(parcel.name);
    else failed.push({ name: parcel.name, message: refused.message });
  }
  return { events, failed };
}
