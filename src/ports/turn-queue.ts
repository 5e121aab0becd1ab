import type { QueuedRun } from '../domain/deployment/turn.ts';

/** The queue of the runs of one stack, kept where every run can reach it. */
export interface TurnQueue {
  /** Throws ServiceUnavailable, ConfigUnreadable. */
  read(): Promise<{ readonly runs: readonly QueuedRun[]; readonly revision: string | undefined }>;
  /**
   * Replaces the queue if nobody has changed it since `revision` (undefined: since it was not there).
   * False when somebody has. Throws ServiceUnavailable, ConfigUnreadable.
   */
  write(runs: readonly QueuedRun[], revision: string | undefined): Promise<boolean>;
}

/** Whether executions of the state machine are still under way. */
export interface Executions {
  /** False for one that has ended or is not known. Throws ServiceUnavailable. */
  isRunning(executionId: string): Promise<boolean>;
}
