import {
  actionOf,
  type DatedFact,
  type DeploymentAction,
  type DeploymentFailure,
  type DeploymentOutput,
  type DeploymentRequest,
  type DeploymentStatus,
  executionName,
  type KnownState,
  type PlanRecord,
  type RunRecord,
  type RunStage,
} from './request.ts';

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

export type Decision =
  | { readonly kind: 'changed'; readonly request: DeploymentRequest; readonly facts: readonly DatedFact[] }
  /** It is so already. */
  | { readonly kind: 'stands' }
  /** It does not fit; why, for people. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Facts that a request itself keeps; the ledger keeps all. */
const MOST_FACTS = 50;

const STANDS: Decision = { kind: 'stands' };
const refused = (reason: string): Decision => ({ kind: 'refused', reason });

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

/** What only the run's own process may say. */
function ofRun(
  request: DeploymentRequest,
  event: Extract<DeploymentEvent, { runner: string }>,
  now: string,
): Decision {
  const { run } = request;
  if (run?.id !== event.runId || !isRunning(request)) {
    const ended = run?.id === event.runId && endedAs(request, event.kind);
    return ended ? STANDS : refused(`run ${event.runId} is over: the request is ${request.status}`);
  }
  if (run.runner !== event.runner) return refused(`run ${event.runId} is carried out by ${run.runner}`);
  switch (event.kind) {
    case 'Progressed': {
      const { kindDigest = request.kindDigest, state = request.state, stage = run.stage } = event;
      return change({ ...request, kindDigest, state, run: { ...run, stage, seenAt: now } }, now);
    }
    case 'Planned':
      return planned(request, run, event, now);
    case 'ApplyBegun':
      return beginApply(request, run, event, now);
    case 'Succeeded': {
      const { state, outputs } = event;
      const to = run.action === 'deploy' ? 'DEPLOYED' : 'DESTROYED';
      const by = { by: run.runner, run: run.id, resources: state.resources };
      return move({ ...request, state, outputs, failure: undefined }, to, now, by);
    }
    default: {
      const { state = request.state, failure } = event;
      return move({ ...request, state, failure: { ...failure, at: now } }, 'FAILED', now, {
        by: run.runner,
        run: run.id,
        code: failure.code,
        reason: failure.message.slice(0, 2000),
        ...(state === undefined ? {} : { resources: state.resources }),
      });
    }
  }
}

function planned(
  request: DeploymentRequest,
  run: RunRecord,
  { plan, providers, approval }: Extract<DeploymentEvent, { kind: 'Planned' }>,
  now: string,
): Decision {
  if (run.plan?.sha256 === plan.sha256) return STANDS;
  if (run.plan !== undefined) return refused(`run ${run.id} has a plan already: ${run.plan.sha256}`);
  const { sha256, stateKey, counts } = plan;
  const data = { run: run.id, plan: sha256, stateKey, ...counts, providers: [...providers].slice(0, 100) };
  const own = approval ? {} : { approval: { sha256, stateKey, by: 'policy', at: now } };
  const stage = approval ? 'awaiting-approval' : run.stage;
  return change({ ...request, run: { ...run, plan, stage, seenAt: now, ...own } }, now, [
    { name: 'deployment.planned', data, at: now },
  ]);
}

function beginApply(
  request: DeploymentRequest,
  run: RunRecord,
  { sha256, stateKey }: Extract<DeploymentEvent, { kind: 'ApplyBegun' }>,
  now: string,
): Decision {
  const { approval, cancel } = run;
  if (cancel !== undefined) return refused(`run ${run.id} was cancelled by ${cancel.by}`);
  if (approval === undefined) return refused(`the plan ${sha256} is not approved`);
  if (approval.sha256 !== sha256 || approval.stateKey !== stateKey) {
    return refused(
      `approved is the plan ${approval.sha256} for ${approval.stateKey}, not ${sha256} for ${stateKey}`,
    );
  }
  if (approval.usedAt !== undefined) return refused(`the plan ${sha256} was used at ${approval.usedAt}`);
  const used: RunRecord = { ...run, stage: 'applying', seenAt: now, approval: { ...approval, usedAt: now } };
  return change({ ...request, run: used }, now);
}

export function isRunning({ status }: Pick<DeploymentRequest, 'status'>): boolean {
  return status === 'DEPLOYING' || status === 'DESTROYING';
}

function endedAs({ status, run }: DeploymentRequest, kind: DeploymentEvent['kind']): boolean {
  if (kind === 'Failed') return status === 'FAILED';
  return kind === 'Succeeded' && status === (run?.action === 'deploy' ? 'DEPLOYED' : 'DESTROYED');
}

interface MoveDetails {
  readonly by: string;
  readonly run?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly resources?: number;
}

function move(request: DeploymentRequest, to: DeploymentStatus, now: string, details: MoveDetails): Decision {
  const generation = request.generation + 1;
  const { kind, kindDigest, status: from } = request;
  const digest = kindDigest === undefined ? {} : { kindDigest };
  const data = { from, to, generation, kind, ...digest, ...details };
  return change({ ...request, status: to, generation }, now, [{ name: 'deployment.moved', data, at: now }]);
}

function change(request: DeploymentRequest, now: string, facts: readonly DatedFact[] = []): Decision {
  const changed: DeploymentRequest = {
    ...request,
    revision: request.revision + 1,
    updatedAt: now,
    facts: [...request.facts, ...facts].slice(-MOST_FACTS),
  };
  return { kind: 'changed', request: changed, facts };
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
