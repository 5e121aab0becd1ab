import { change, type Decision, move, refused, STANDS } from './decision.ts';
import type { DeploymentEvent } from './events.ts';
import {
  actionOf,
  type DatedFact,
  type DeploymentAction,
  type DeploymentRequest,
  type DeploymentStatus,
  executionName,
  isRunning,
  type RunRecord,
} from './request.ts';
import { ofRun } from './run-events.ts';

/** Which state may follow which: the whole diagram. */
const TRANSITIONS: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  PENDING_DEPLOY: ['DEPLOYING'],
  DEPLOYING: ['DEPLOYED', 'FAILED'],
  DEPLOYED: ['PENDING_DESTROY'],
  PENDING_DESTROY: ['DESTROYING'],
  DESTROYING: ['DESTROYED', 'FAILED'],
  DESTROYED: [],
  FAILED: ['PENDING_DEPLOY', 'PENDING_DESTROY'],
};

/**
 * The states that may follow `status` directly; none after DESTROYED.
 * @internal
 */
export function transitionsOf(status: DeploymentStatus): readonly DeploymentStatus[] {
  return TRANSITIONS[status];
}

/** What an event makes of a request: the only place that changes one. `now` is an ISO 8601 time in UTC. */
export function decide(request: DeploymentRequest, event: DeploymentEvent, now: string): Decision {
  switch (event.kind) {
    case 'Begun':
      return begin(request, event, now);
    case 'Resumed':
      return resume(request, event, now);
    case 'Approved':
      return approve(request, event, now);
    case 'CancelAsked':
      return cancel(request, event, now);
    case 'DestroyAsked':
      return ask(request, event, 'destroy', now);
    case 'RetryAsked':
      return ask(request, event, request.wanted, now);
    default:
      return ofRun(request, event, now);
  }
}

function begin(
  request: DeploymentRequest,
  { generation, runner }: Extract<DeploymentEvent, { kind: 'Begun' }>,
  now: string,
): Decision {
  const { run } = request;
  if (request.generation === generation + 1 && run?.runner === runner.runner && isRunning(request))
    return STANDS;
  const action = actionOf(request.status);
  if (request.generation !== generation || action === undefined || isRunning(request)) {
    return refused(
      `it is ${request.status}, generation ${request.generation}, and not waiting in ${generation}`,
    );
  }
  const begun: RunRecord = {
    ...runner,
    id: executionName(request),
    action,
    startedAt: now,
    seenAt: now,
    stage: 'starting',
  };
  // A run that never came to Terraform's plan holds no lock: the one before it may.
  const lastRun = run === undefined || run.stage === 'starting' ? request.lastRun : run;
  const to = action === 'deploy' ? 'DEPLOYING' : 'DESTROYING';
  return move({ ...request, run: begun, lastRun, failure: undefined }, to, now, {
    by: runner.runner,
    run: begun.id,
  });
}

function resume(
  request: DeploymentRequest,
  { runId, runner }: Extract<DeploymentEvent, { kind: 'Resumed' }>,
  now: string,
): Decision {
  const { run } = request;
  if (!isRunning(request) || run?.id !== runId) return refused(`run ${runId} is over`);
  if (run.runner === runner.runner) return STANDS;
  if (run.stage !== 'awaiting-approval') return refused(`run ${runId} is carried out by ${run.runner}`);
  if (run.approval === undefined)
    return refused(`the plan ${run.plan?.sha256} of run ${runId} is not approved`);
  return change({ ...request, run: { ...run, ...runner, seenAt: now } }, now);
}

function approve(
  request: DeploymentRequest,
  { runId, sha256, by }: Extract<DeploymentEvent, { kind: 'Approved' }>,
  now: string,
): Decision {
  const { run } = request;
  if (!isRunning(request) || run?.id !== runId || run.plan === undefined) {
    return refused(`run ${runId} has no plan that waits`);
  }
  if (run.plan.sha256 !== sha256) return refused(`the plan that waits is ${run.plan.sha256}, not ${sha256}`);
  if (run.approval !== undefined) return STANDS;
  if (run.stage !== 'awaiting-approval') return refused(`run ${runId} does not wait for an approval`);
  if (run.cancel !== undefined) return refused(`run ${runId} was cancelled by ${run.cancel.by}`);
  const { stateKey } = run.plan;
  const fact: DatedFact = {
    name: 'deployment.approved',
    data: { run: runId, plan: sha256, stateKey, by },
    at: now,
  };
  return change({ ...request, run: { ...run, approval: { sha256, stateKey, by, at: now } } }, now, [fact]);
}

function cancel(
  request: DeploymentRequest,
  { generation, by }: Extract<DeploymentEvent, { kind: 'CancelAsked' }>,
  now: string,
): Decision {
  const { run } = request;
  if (request.generation !== generation) {
    return refused(
      `it is ${request.status}, generation ${request.generation}, and not in ${generation} any more`,
    );
  }
  if (!isRunning(request) || run === undefined) return refused(`it is ${request.status}: nothing is running`);
  if (run.cancel !== undefined) return STANDS;
  const fact: DatedFact = { name: 'deployment.cancel-asked', data: { run: run.id, by }, at: now };
  return change({ ...request, run: { ...run, cancel: { by, at: now } } }, now, [fact]);
}

function ask(
  request: DeploymentRequest,
  event: Extract<DeploymentEvent, { kind: 'DestroyAsked' | 'RetryAsked' }>,
  action: DeploymentAction,
  now: string,
): Decision {
  const to = action === 'deploy' ? 'PENDING_DEPLOY' : 'PENDING_DESTROY';
  if (request.status === to && request.generation === event.generation + 1) return STANDS;
  if (request.generation !== event.generation || !TRANSITIONS[request.status].includes(to)) {
    return refused(`it is ${request.status}, generation ${request.generation}, where this is not possible`);
  }
  const settled =
    event.settled === true && request.state !== undefined
      ? { ...request, state: { ...request.state, unsettled: [] } }
      : request;
  return move({ ...settled, wanted: action }, to, now, { by: event.by });
}

export interface NewRequest {
  readonly id: string;
  readonly kind: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly requestedBy: string;
  readonly approval: boolean;
}

/** A request as it begins. */
export function newRequest(wish: NewRequest, now: string): DeploymentRequest {
  const data = { to: 'PENDING_DEPLOY' as const, generation: 1, kind: wish.kind, by: wish.requestedBy };
  return {
    ...wish,
    status: 'PENDING_DEPLOY',
    wanted: 'deploy',
    generation: 1,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    facts: [{ name: 'deployment.moved', data, at: now }],
  };
}
