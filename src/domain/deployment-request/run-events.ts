import { change, type Decision, move, refused, STANDS } from './decision.ts';
import type { DeploymentEvent } from './events.ts';
import { type DeploymentRequest, isRunning, type RunRecord } from './request.ts';

/** What only the run's own process may say. */
export function ofRun(
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
      const { kindDigest = request.kindDigest, state = request.state, stage = run.stage, fact } = event;
      const facts = fact === undefined ? [] : [fact];
      return change({ ...request, kindDigest, state, run: { ...run, stage, seenAt: now } }, now, facts);
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

function endedAs({ status, run }: DeploymentRequest, kind: DeploymentEvent['kind']): boolean {
  if (kind === 'Failed') return status === 'FAILED';
  return kind === 'Succeeded' && status === (run?.action === 'deploy' ? 'DEPLOYED' : 'DESTROYED');
}
