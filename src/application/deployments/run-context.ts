import type { KnownState, RunRecord } from '../../domain/deployment-request/request.ts';
import type { StateContents } from '../../domain/deployment-request/state/schema.ts';
import type { RunPorts } from './ports.ts';
import type { StepTerms } from './terraform-steps.ts';

/** What every step of one run works with. */
export interface RunContext extends Omit<StepTerms, 'workspace'> {
  readonly ports: RunPorts;
  readonly id: string;
  /** Names the run and its process to the life cycle. */
  readonly own: { readonly runId: string; readonly runner: string };
  readonly run: RunRecord;
}

export const planName = (runId: string): string => `plans/${runId}.tfplan`;
export const logName = (runId: string): string => `logs/${runId}.log`;

/** What a request keeps of its state. */
export function knownState(contents: StateContents | undefined, unsettled: readonly string[]): KnownState {
  const { serial = 0, lineage = '', resources = [] } = contents ?? {};
  return { serial, lineage, resources: resources.length, unsettled };
}
