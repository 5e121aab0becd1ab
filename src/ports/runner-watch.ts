import type { RunRecord } from '../domain/deployment-request/request.ts';

/** Knows whether the process of a run is dead. Never by its age alone. */
export interface RunnerWatch {
  /** Why it is dead, for people; undefined while it may live. */
  evidenceOfDeath(
    run: Pick<RunRecord, 'host' | 'pid' | 'task' | 'execution' | 'startedAt'>,
  ): Promise<string | undefined>;
}
