import type {
  DatedFact,
  DeploymentFailure,
  DeploymentOutput,
  KnownState,
  PlanRecord,
  RunRecord,
  RunStage,
} from './request.ts';

/** Who carries a run out: a process on a host. */
export type Runner = Pick<RunRecord, 'runner' | 'host' | 'pid' | 'task' | 'execution'>;

/**
 * What happens to a request. Each names the generation or the run that it means, so that one that comes late or twice
 * changes nothing.
 */
export type DeploymentEvent =
  | { readonly kind: 'Begun'; readonly generation: number; readonly runner: Runner }
  /** Another process goes on with an approved plan. */
  | { readonly kind: 'Resumed'; readonly runId: string; readonly runner: Runner }
  | {
      readonly kind: 'Progressed';
      readonly runId: string;
      readonly runner: string;
      readonly stage?: RunStage | undefined;
      readonly kindDigest?: string | undefined;
      readonly state?: KnownState | undefined;
      /** Something that the run did besides. */
      readonly fact?: DatedFact | undefined;
    }
  | {
      readonly kind: 'Planned';
      readonly runId: string;
      readonly runner: string;
      readonly plan: PlanRecord;
      /** `SOURCE VERSION` of every provider that the run installed. */
      readonly providers: readonly string[];
      /** Whether somebody must approve the plan before it is applied. */
      readonly approval: boolean;
    }
  | { readonly kind: 'Approved'; readonly runId: string; readonly sha256: string; readonly by: string }
  | {
      readonly kind: 'ApplyBegun';
      readonly runId: string;
      readonly runner: string;
      readonly sha256: string;
      readonly stateKey: string;
    }
  | { readonly kind: 'CancelAsked'; readonly generation: number; readonly by: string }
  | {
      readonly kind: 'Succeeded';
      readonly runId: string;
      readonly runner: string;
      readonly state: KnownState;
      readonly outputs: Readonly<Record<string, DeploymentOutput>>;
    }
  | {
      readonly kind: 'Failed';
      readonly runId: string;
      readonly runner: string;
      readonly failure: Omit<DeploymentFailure, 'at'>;
      readonly state?: KnownState | undefined;
    }
  | {
      readonly kind: 'DestroyAsked' | 'RetryAsked';
      readonly generation: number;
      readonly by: string;
      /** Somebody looked: what was unsettled does not exist. */
      readonly settled?: boolean | undefined;
    };
