import type { OpenedBytes } from '../../ports/bytes.ts';
import { discard, RestartNeeded } from './download.ts';
import { createPatience, type Pacing, type Patience, pause } from './pacing.ts';

export interface RestartTerms {
  readonly pacing: Pacing;
  readonly signal: AbortSignal | undefined;
  readonly onRestart?: (needed: RestartNeeded) => void;
}

/**
 * Begins at the file's first byte again as often as an attempt asks for it by RestartNeeded and the limits allow;
 * then throws its reason. `attempt` gets the file when it is open already, and how often it was begun again.
 */
export async function withRestarts<T>(
  { pacing, signal, onRestart }: RestartTerms,
  attempt: (patience: Patience, opened: OpenedBytes | undefined, restarts: number) => Promise<T>,
): Promise<T> {
  let opened: OpenedBytes | undefined;
  for (let restarts = 0; ; restarts += 1) {
    try {
      // Breaks of an attempt that is over are not held against the next one.
      return await attempt(createPatience(pacing), opened, restarts);
    } catch (error) {
      if (!(error instanceof RestartNeeded)) throw error;
      opened = error.opened;
      if (restarts >= pacing.limits.restarts) {
        if (opened !== undefined) await discard(opened);
        throw error.reason;
      }
      onRestart?.(error);
      // A file that is open already would grow cold.
      if (opened === undefined) await pause(pacing, restarts + 1, error.reason, signal);
    }
  }
}
