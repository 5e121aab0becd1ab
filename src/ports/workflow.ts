import type { Rejection } from '../domain/ledger-intake/rejection.ts';

/** How the workflow of one event ended. */
export type WorkflowEnd =
  | { readonly outcome: 'stored' | 'duplicate' }
  /** The workflow has put it into the rejected queue itself. */
  | { readonly outcome: 'rejected'; readonly reason: Rejection }
  /** It may pass another time. */
  | { readonly outcome: 'failed'; readonly error: string; readonly cause: string };

export interface Workflow {
  /** Runs one event through the pipeline and waits for how it ends. Never throws: what throws has failed. */
  run(event: Readonly<Record<string, unknown>>): Promise<WorkflowEnd>;
}
