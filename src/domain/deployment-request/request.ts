import type { ErrorCode, Problem } from '../errors.ts';
import type { EventData, EventName } from '../events/types/schema.ts';

/** The life cycle's states; `transitionsOf` in life-cycle.ts says which follows which. */
export const STATUSES = [
  'PENDING_DEPLOY',
  'DEPLOYING',
  'DEPLOYED',
  'PENDING_DESTROY',
  'DESTROYING',
  'DESTROYED',
  'FAILED',
] as const;

export type DeploymentStatus = (typeof STATUSES)[number];

export type DeploymentAction = 'deploy' | 'destroy';

/** Where a run is. `awaiting-approval`: its plan is stored and nothing is running. */
export const STAGES = ['starting', 'planning', 'awaiting-approval', 'applying', 'confirming'] as const;

export type RunStage = (typeof STAGES)[number];

export interface PlanCounts {
  readonly add: number;
  readonly change: number;
  readonly replace: number;
  readonly destroy: number;
}

/** One resource that a plan touches: its address and how. Never a value. */
export interface PlannedChange {
  readonly address: string;
  readonly action: 'create' | 'update' | 'replace' | 'delete';
}

/** What people approve. */
export interface PlanRecord {
  /** Of the plan file's bytes, in hex. */
  readonly sha256: string;
  /** The state that it was made against, and its serial there. */
  readonly stateKey: string;
  readonly stateSerial: number;
  readonly counts: PlanCounts;
  /** The first of them. */
  readonly changes: readonly PlannedChange[];
  readonly at: string;
}

interface ApprovalRecord {
  readonly sha256: string;
  readonly stateKey: string;
  /** A person; `policy` where neither the kind nor the request asks for one. */
  readonly by: string;
  readonly at: string;
  /** Set when the apply began: an approval serves once. */
  readonly usedAt?: string | undefined;
}

/** One workflow over one request: at most one is there, and the last one stays for people to read. */
export interface RunRecord {
  /** `executionName` of the request when it began. */
  readonly id: string;
  readonly action: DeploymentAction;
  /** Tells two processes apart that carry out the same run. */
  readonly runner: string;
  /** `os.hostname()`, as Terraform writes it into its lock. */
  readonly host: string;
  readonly pid?: number | undefined;
  /** ARNs, on AWS. */
  readonly task?: string | undefined;
  readonly execution?: string | undefined;
  readonly startedAt: string;
  /** When the runner last said that it lives. */
  readonly seenAt: string;
  readonly stage: RunStage;
  readonly plan?: PlanRecord | undefined;
  readonly approval?: ApprovalRecord | undefined;
  readonly cancel?: { readonly by: string; readonly at: string } | undefined;
}

/** What was last seen of the deployment's state. */
export interface KnownState {
  readonly serial: number;
  readonly lineage: string;
  /** How many resources are in it. */
  readonly resources: number;
  /** Resources whose change began and whose end nobody saw: they may exist without being in the state. */
  readonly unsettled: readonly string[];
}

export type DeploymentOutput =
  | { readonly sensitive: false; readonly value: unknown }
  /** Where the value lies; it is nowhere in the request. */
  | { readonly sensitive: true; readonly reference: string };

export interface DeploymentFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly problems: readonly Problem[];
  readonly at: string;
}

/** Something that the ledger keeps, with when it happened. */
export interface DatedFact<N extends EventName = EventName> {
  readonly name: N;
  readonly data: EventData<N>;
  readonly at: string;
}

export interface DeploymentRequest {
  readonly id: string;
  readonly kind: string;
  /** Of the kind's files, in hex; undefined until a run has read the catalogue. */
  readonly kindDigest?: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly requestedBy: string;
  /** Whether the request itself asks that its plans be approved. */
  readonly approval: boolean;
  readonly status: DeploymentStatus;
  /** What the last wish was: what `retry` goes for. */
  readonly wanted: DeploymentAction;
  /** Counts the changes of the status, from 1. */
  readonly generation: number;
  /** Counts every write, from 1. */
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly run?: RunRecord | undefined;
  /** Who carried the run before out: whose lock may have stayed. */
  readonly lastRun?: Pick<RunRecord, 'id' | 'host' | 'pid' | 'task' | 'execution' | 'startedAt'> | undefined;
  readonly state?: KnownState | undefined;
  readonly outputs?: Readonly<Record<string, DeploymentOutput>> | undefined;
  readonly failure?: DeploymentFailure | undefined;
  /** The newest facts, oldest first: what the ledger lacks can be written from here. */
  readonly facts: readonly DatedFact[];
}

/** Long enough to be told apart, short enough for names of resources that are made of it. */
const ID = /^[a-z](?:[a-z0-9]|-(?!-)){1,22}[a-z0-9]$/;

/** Small letters, digits and single hyphens, 3 to 24 characters, a letter first. */
export function isDeploymentId(text: string): boolean {
  return ID.test(text);
}

/** The ledger's stream of a deployment. */
export function subjectOf(id: string): string {
  return `deployment/${id}`;
}

/** Somebody has taken it on, and has not ended it yet. */
export function isRunning({ status }: Pick<DeploymentRequest, 'status'>): boolean {
  return status === 'DEPLOYING' || status === 'DESTROYING';
}

/** The states in which a workflow is to be started, and what it does. */
export function actionOf(status: DeploymentStatus): DeploymentAction | undefined {
  if (status === 'PENDING_DEPLOY' || status === 'DEPLOYING') return 'deploy';
  return status === 'PENDING_DESTROY' || status === 'DESTROYING' ? 'destroy' : undefined;
}

/**
 * The name of the one workflow of a request's pending generation: letters, digits and hyphens, at most 80. It is a
 * function of the request alone, so that a trigger that is told twice starts nothing twice.
 */
export function executionName({
  id,
  wanted,
  generation,
}: Pick<DeploymentRequest, 'id' | 'wanted' | 'generation'>): string {
  return `${id}-${wanted}-${generation}`;
}
