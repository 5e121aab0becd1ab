import type { DeploymentRequest, KnownState, PlanRecord } from '../../domain/deployment-request/request.ts';
import { unsettledAfter } from '../../domain/deployment-request/state/judgement.ts';
import { readState, type StateContents } from '../../domain/deployment-request/state/schema.ts';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import type { TerraformWorkspace } from '../../ports/terraform.ts';
import { changeRequest, readRequest } from './change.ts';
import { hashBytes } from './plan-run.ts';
import type { RunPorts } from './ports.ts';
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
  return await stateAfter(context, request, applied, steps.workspace);
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
  workspace: TerraformWorkspace,
): Promise<AppliedRun> {
  const { tracker } = applied;
  const { contents, lost } = await stateOrLoss(ports, id, workspace);
  const begun = [...tracker.begun, ...(request.state?.unsettled ?? [])];
  const error = lost === undefined ? applied.error : withLoss(applied.error, lost);
  // What a provider itself calls failed is not there; what was cut off before it said anything may be.
  const unsettled = error === undefined ? [] : unsettledAfter(begun, tracker.failed, contents);
  if (unsettled.length > 0) log.say(`Not known whether these exist: ${unsettled.join(', ')}.`);
  const before = request.state ?? { serial: 0, lineage: '', resources: 0 };
  return {
    contents,
    known: contents === undefined ? { ...before, unsettled } : knownState(contents, unsettled),
    error,
  };
}

/** The state after the apply; where the store takes nothing any more, the last that it has, and what it says. */
async function stateOrLoss(
  ports: RunPorts,
  id: string,
  workspace: TerraformWorkspace,
): Promise<{ readonly contents: StateContents | undefined; readonly lost?: SyncError }> {
  try {
    const errored = await workspace.read(ERRORED_STATE);
    return { contents: await savedState(ports, id, errored) };
  } catch (error) {
    // The one copy of what Terraform knows. A task of ECS takes it along; on one machine the next run finds it.
    workspace.keep();
    const text = await ports.store.readState(id).catch(() => undefined);
    return { contents: text === undefined ? undefined : readState(text), lost: toSyncError(error) };
  }
}

function withLoss(error: SyncError | undefined, lost: SyncError): SyncError {
  if (error === undefined) return lost;
  return new SyncError(error.code, `${error.message} Nor could it be kept elsewhere: ${lost.message}`, {
    cause: error,
  });
}
