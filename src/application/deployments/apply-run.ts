import type { DeploymentRequest, KnownState, PlanRecord } from '../../domain/deployment-request/request.ts';
import { unsettledAfter } from '../../domain/deployment-request/state/judgement.ts';
import type { StateContents } from '../../domain/deployment-request/state/schema.ts';
import { SyncError } from '../../domain/errors.ts';
import { changeRequest, readRequest } from './change.ts';
import { hashBytes } from './plan-run.ts';
import { savedState } from './prepare.ts';
import { knownState, planName, type RunContext } from './run-context.ts';
import { cancelled } from './stopping.ts';
import { type Applied, apply, ERRORED_STATE, PLAN_FILE, type StepTerms } from './terraform-steps.ts';

export interface AppliedRun {
  readonly contents: StateContents | undefined;
  readonly known: KnownState;
  /** Undefined when all went well. */
  readonly error: SyncError | undefined;
}

/** Applies exactly the plan that was approved, once, and says what is there then. */
export async function applyRun(
  context: RunContext,
  request: DeploymentRequest,
  steps: StepTerms,
  plan: PlanRecord,
): Promise<AppliedRun> {
  const applied = await applyPlan(context, steps, plan);
  const errored = await steps.workspace.read(ERRORED_STATE);
  return { ...(await stateAfter(context, request, applied, errored)), error: applied.error };
}

async function applyPlan(context: RunContext, steps: StepTerms, plan: PlanRecord): Promise<Applied> {
  const { ports, id, own, run, stop } = context;
  const bytes = await ports.store.get(planName(run.id));
  if (bytes === undefined || hashBytes(bytes) !== plan.sha256) {
    const what = bytes === undefined ? 'is not there any more' : 'is not the one that was approved';
    throw new SyncError('PlanStale', `The stored plan of run ${run.id} ${what}. Nothing was applied.`);
  }
  stop.throwIfAborted();
  const stateKey = ports.store.stateKey(id);
  try {
    await changeRequest(ports, id, () => ({ kind: 'ApplyBegun', ...own, sha256: plan.sha256, stateKey }));
  } catch (error) {
    const { run: now } = await readRequest(ports, id);
    if (now?.runner === own.runner && now.cancel !== undefined) throw cancelled(now.cancel.by);
    throw error;
  }
  await steps.workspace.write(PLAN_FILE, bytes);
  await ports.store.remove(planName(run.id));
  return await apply(steps);
}

async function stateAfter(
  { ports, id, log }: RunContext,
  request: DeploymentRequest,
  applied: Applied,
  errored: Uint8Array | undefined,
): Promise<Omit<AppliedRun, 'error'>> {
  const { tracker, error } = applied;
  const contents = await savedState(ports, id, errored);
  const begun = [...tracker.begun, ...(request.state?.unsettled ?? [])];
  // What a provider itself calls failed is not there; what was cut off before it said anything may be.
  const unsettled = error === undefined ? [] : unsettledAfter(begun, tracker.failed, contents);
  if (unsettled.length > 0) log.say(`Not known whether these exist: ${unsettled.join(', ')}.`);
  const before = request.state ?? { serial: 0, lineage: '', resources: 0 };
  return {
    contents,
    known: contents === undefined ? { ...before, unsettled } : knownState(contents, unsettled),
  };
}
