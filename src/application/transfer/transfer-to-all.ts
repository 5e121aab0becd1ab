import type { LimitFunction } from 'p-limit';
import { type SyncError, toSyncError } from '../../domain/errors.ts';
import type { ByteSink } from '../../ports/bytes.ts';
import { createFanOut, type FanOutPolicy, NobodyLeft } from './fan-out.ts';
import { type TransferInput, type TransferOutcome, transferFile } from './transfer-file.ts';

/** Where a file is to go, and the queue for a download of its own should it have to leave the common one. */
interface Taker {
  readonly sink: ByteSink;
  readonly apart: LimitFunction;
  /** Called when it held the others up: it had better not share a download again. */
  readonly onSlow?: () => void;
}

export type Arrival = { readonly outcome: TransferOutcome } | { readonly error: SyncError };

export interface TransferToAllInput extends Omit<TransferInput, 'sink'> {
  readonly takers: readonly Taker[];
  /** Each taker's end, as soon as it is known. Called once a taker. */
  readonly onArrival: (taker: number, arrival: Arrival) => void;
  readonly policy?: Partial<FanOutPolicy>;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

/**
 * Passes a file from one download to every taker. Whoever breaks or is much slower than the rest is served by a
 * download of its own, in its own queue; nobody waits for it, and this resolves without it. Never rejects.
 */
export async function transferToAll(input: TransferToAllInput): Promise<void> {
  const { takers, onArrival } = input;
  const [only] = takers;
  if (only === undefined) return;
  if (takers.length === 1) return onArrival(0, await transferAlone(input, only));
  const settled = new Set<number>();
  const settle = (taker: number, arrival: Arrival): void => {
    if (settled.has(taker)) return;
    settled.add(taker);
    onArrival(taker, arrival);
  };
  let bytes = 0;
  const fanOut = createFanOut(
    takers.map(({ sink }) => sink),
    {
      arrived: (taker) =>
        settle(taker, { outcome: { bytes, sha256: input.expected, resumes: 0, restarts: 0 } }),
      refused: (taker, error) => settle(taker, { error: toSyncError(error) }),
      dropped: (taker, error, slow) => {
        input.onRestart?.('upload', error.message);
        const own = takers[taker] as Taker;
        if (slow) own.onSlow?.();
        settled.add(taker);
        // Progress is told of the common download alone.
        const alone = { ...input, onProgress: () => {} };
        void own.apart(async () => onArrival(taker, await transferAlone(alone, own)));
      },
    },
    { now: input.now, ...(input.policy === undefined ? {} : { policy: input.policy }) },
  );
  const onProgress: TransferInput['onProgress'] = (done, size) => {
    bytes = done;
    input.onProgress?.(done, size);
  };
  try {
    await transferFile({ ...input, sink: fanOut.sink, onProgress });
  } catch (error) {
    if (error instanceof NobodyLeft) return;
    for (const taker of takers.keys()) settle(taker, { error: toSyncError(error) });
  }
}

async function transferAlone(input: TransferToAllInput, { sink }: Taker): Promise<Arrival> {
  try {
    return { outcome: await transferFile({ ...input, sink }) };
  } catch (error) {
    return { error: toSyncError(error) };
  }
}
