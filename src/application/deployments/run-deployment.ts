import { createHash } from 'node:crypto';
import type { Kind } from '../../domain/deployment-request/kind/kind.ts';
import { isRunning, type Runner } from '../../domain/deployment-request/life-cycle.ts';
import {
  changesOf,
  countChanges,
  judgePlan,
  sensitiveTexts,
} from '../../domain/deployment-request/plan/judgement.ts';
import type {
  DeploymentOutput,
  DeploymentRequest,
  KnownState,
  PlanRecord,
  RunRecord,
} from '../../domain/deployment-request/request.ts';
import { unsettledAfter } from '../../domain/deployment-request/state/judgement.ts';
import { isSyncError, SyncError, toSyncError } from '../../domain/errors.ts';
import { holdSecret } from '../../domain/secrets/redaction.ts';
import { changeRequest, readRequest } from './change.ts';
import { archiveKind } from './kinds.ts';
import type { RunPorts } from './ports.ts';
import {
  initialise,
  kindForRun,
  openWorkspace,
  requireProviders,
  requireState,
  savedState,
} from './prepare.ts';
import { createRunLog } from './run-log.ts';
import { cancelled, watchRun } from './stopping.ts';
import {
  type Applied,
  apply,
  ERRORED_STATE,
  isSettled,
  makePlan,
  PLAN_FILE,
  readOutputs,
  type StepTerms,
} from './terraform-steps.ts';

export interface RunTerms {
  readonly id: string;
  /** Who carries it out; `runner` is another one for each process. */
  readonly runner: Runner;
  /** Its abort stops the run, with one signal to Terraform. */
  readonly signal: AbortSignal;
  /** How often the table is asked for a cancel, in milliseconds. */
  readonly pollMs: number;
  /** Told every line that goes into the log. */
  readonly show: (line: string) => void;
}

/** `awaiting-approval`: nothing runs, and the plan is stored. `ended`: the request says how. */
export type RunOutcome = {
  readonly kind: 'awaiting-approval' | 'ended';
  readonly request: DeploymentRequest;
};

const MOST_CHANGES = 200;

const planName = (runId: string): string => `plans/${runId}.tfplan`;
export const logName = (runId: string): string => `logs/${runId}.log`;

interface Context extends Omit<StepTerms, 'workspace'> {
  readonly ports: RunPorts;
  readonly id: string;
  readonly own: { readonly runId: string; readonly runner: string };
  readonly run: RunRecord;
}

/**
 * Carries one run of a request out: from the start where it is pending, from the approved plan where one waits. What
 * fails ends the run and is in the request; thrown is only DeploymentNotFound, DeploymentConflict when there is
 * nothing to run, and what the table says when even the end could not be written.
 */
export async function runDeployment(ports: RunPorts, terms: RunTerms): Promise<RunOutcome> {
  const { id, runner } = terms;
  const before = await readRequest(ports, id);
  if (isWaiting(before)) return { kind: 'awaiting-approval', request: before };
  const request = await changeRequest(ports, id, ({ generation, run }) =>
    isRunning(before)
      ? { kind: 'Resumed', runId: run?.id ?? '', runner }
      : { kind: 'Begun', generation, runner },
  );
  const { run } = request;
  if (run === undefined) throw new SyncError('InternalError', 'A run began and is not there.');
  const own = { runId: run.id, runner: runner.runner };
  const earlier = await ports.store.get(logName(run.id)).catch(() => undefined);
  const log = createRunLog(terms.show, new TextDecoder().decode(earlier));
  const keepLog = () => ports.store.put(logName(run.id), new TextEncoder().encode(log.text()));
  const state: { last: KnownState | undefined } = { last: undefined };
  try {
    if (await neverWas(ports, request, run)) {
      log.say('Destroyed: there never was a state.');
      const nothing = { serial: 0, lineage: '', resources: 0, unsettled: [] };
      const ended = await changeRequest(ports, id, () => ({
        kind: 'Succeeded',
        ...own,
        state: nothing,
        outputs: {},
      }));
      return { kind: 'ended', request: ended };
    }
    const kind = await kindForRun(ports, request, run);
    using watch = watchRun(ports, {
      ...own,
      id,
      minutes: kind.limits.minutes,
      signal: terms.signal,
      pollMs: terms.pollMs,
      onSeen: keepLog,
    });
    const context: Context = { ports, id, own, run, log, stop: watch.stop };
    return await carryOut(context, request, kind, (seen) => {
      state.last = seen;
    });
  } catch (error) {
    if (isSyncError(error) && error.code === 'DeploymentConflict') {
      const now = await readRequest(ports, id);
      // Somebody else ended the run, or goes on with it.
      if (now.run?.runner !== own.runner || !isRunning(now)) throw error;
    }
    const { code, message, problems } = toSyncError(error);
    log.say(`Failed (${code}): ${message}`);
    for (const { path, message: what, fix } of problems)
      log.say(`  ${path} ${what}${fix === undefined ? '' : ` ${fix}`}`);
    const failure = { code, message, problems };
    const ended = await changeRequest(ports, id, () => ({
      kind: 'Failed',
      ...own,
      failure,
      state: state.last,
    }));
    return { kind: 'ended', request: ended };
  } finally {
    await keepLog().catch(() => {});
  }
}

/** Something to be destroyed that nobody ever planned: its kind need not even be one. */
async function neverWas(
  { store }: RunPorts,
  { id, state }: DeploymentRequest,
  run: RunRecord,
): Promise<boolean> {
  return run.action === 'destroy' && state === undefined && (await store.readState(id)) === undefined;
}

function isWaiting({ run, ...request }: DeploymentRequest): boolean {
  return isRunning(request) && run?.stage === 'awaiting-approval' && run.approval === undefined;
}

async function carryOut(
  context: Context,
  request: DeploymentRequest,
  kind: Kind,
  onState: (state: KnownState) => void,
): Promise<RunOutcome> {
  const { ports, id, own, run, log, stop } = context;
  log.say(`${run.action} ${id}: ${kind.name} ${kind.version} (${kind.digest.slice(0, 12)}), run ${run.id}`);
  const { state } = request;
  if (run.action === 'destroy' && state !== undefined && state.unsettled.length > 0) {
    throw new SyncError(
      'StateRefused',
      `These may exist and are not in the state: ${state.unsettled.join(', ')}. A destroy would leave them behind. Retry the deploy, so that ` +
        'they come into the state, or look and say that they are not there: destroy --unsettled-gone.',
    );
  }
  const providers = await requireProviders(ports, kind);
  // It may be needed for a destroy years later.
  await archiveKind(ports, kind);
  await changeRequest(ports, id, () => ({ kind: 'Progressed', ...own, kindDigest: kind.digest }));
  // What an empty or older state would make of the plan is refused before anything runs.
  if ((await ports.store.get(`errored/${id}.tfstate`)) === undefined) await requireState(ports, request);
  await using workspace = await openWorkspace(ports, request, kind);
  const steps: StepTerms = { workspace, log, stop };
  const contents = await initialise(ports, request, steps, async (found) => {
    const recovered = knownState(found, state?.unsettled ?? []);
    await changeRequest(ports, id, () => ({ kind: 'Progressed', ...own, state: recovered }));
  });

  const waited = run.plan;
  let plan: PlanRecord;
  if (waited === undefined) {
    await changeRequest(ports, id, () => ({ kind: 'Progressed', ...own, stage: 'planning' }));
    const made = await makePlan(steps, run.action === 'destroy');
    for (const text of sensitiveTexts(made.document)) holdSecret(text);
    const problems = judgePlan(
      made.document,
      kind.allow,
      kind.lock?.entries.map(({ address }) => address) ?? [],
    );
    if (problems.length > 0) {
      throw new SyncError('PlanRefused', 'The plan does what its kind does not allow. Nothing was applied.', {
        problems,
      });
    }
    const changes = changesOf(made.document);
    plan = {
      sha256: sha256(made.bytes),
      stateKey: ports.store.stateKey(id),
      stateSerial: contents?.serial ?? 0,
      counts: countChanges(changes),
      changes: changes.slice(0, MOST_CHANGES),
      at: ports.clock.now().toISOString(),
    };
    log.say(summaryOf(plan));
    const approval = made.changed && changes.length > 0 && (kind.approval || request.approval);
    await ports.store.put(planName(run.id), made.bytes);
    const planned = await changeRequest(ports, id, () => ({
      kind: 'Planned',
      ...own,
      plan,
      providers,
      approval,
    }));
    if (approval) {
      log.say(`It waits for an approval of the plan ${plan.sha256}.`);
      return { kind: 'awaiting-approval', request: planned };
    }
    if (!made.changed) {
      await ports.store.remove(planName(run.id));
      return await settle(context, steps, knownState(contents, []), onState);
    }
  } else plan = waited;

  const applied = await applyPlan(context, steps, plan);
  const errored = await workspace.read(ERRORED_STATE);
  const known = await stateAfter(context, request, applied, errored);
  onState(known);
  if (applied.error !== undefined) throw applied.error;
  return await settle(context, steps, known, onState);
}

/** Exactly the plan that was approved, once. */
async function applyPlan(context: Context, steps: StepTerms, plan: PlanRecord): Promise<Applied> {
  const { ports, id, own, run, stop } = context;
  const bytes = await ports.store.get(planName(run.id));
  if (bytes === undefined || sha256(bytes) !== plan.sha256) {
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
  { ports, id, log }: Context,
  request: DeploymentRequest,
  applied: Applied,
  errored: Uint8Array | undefined,
): Promise<KnownState> {
  const { tracker, error } = applied;
  const contents = await savedState(ports, id, errored);
  const begun = [...tracker.begun, ...(request.state?.unsettled ?? [])];
  // What a provider itself calls failed is not there; what was cut off before it said anything may be.
  const unsettled = error === undefined ? [] : unsettledAfter(begun, tracker.failed, contents);
  if (unsettled.length > 0) log.say(`Not known whether these exist: ${unsettled.join(', ')}.`);
  return contents === undefined
    ? { ...(request.state ?? { serial: 0, lineage: '', resources: 0 }), unsettled }
    : knownState(contents, unsettled);
}

function knownState(
  contents:
    | { readonly serial: number; readonly lineage: string; readonly resources: readonly string[] }
    | undefined,
  unsettled: readonly string[],
): KnownState {
  const { serial = 0, lineage = '', resources = [] } = contents ?? {};
  return { serial, lineage, resources: resources.length, unsettled };
}

/** Deployed is what a plan finds nothing to do about; destroyed is what left no resource in its state. */
async function settle(
  context: Context,
  steps: StepTerms,
  known: KnownState,
  onState: (state: KnownState) => void,
): Promise<RunOutcome> {
  const { ports, id, own, run, log } = context;
  onState(known);
  await changeRequest(ports, id, () => ({ kind: 'Progressed', ...own, stage: 'confirming', state: known }));
  if (run.action === 'destroy') {
    if (known.resources > 0) {
      throw new SyncError(
        'TerraformFailed',
        `Everything went well, and ${known.resources} resources are still in the state.`,
      );
    }
    return await succeed(context, known, {});
  }
  if (!(await isSettled(steps))) {
    throw new SyncError(
      'TerraformFailed',
      'Everything was applied, and a new plan would change things again: see the log.',
    );
  }
  const outputs: Record<string, DeploymentOutput> = {};
  for (const [name, { sensitive, value }] of Object.entries(await readOutputs(steps))) {
    outputs[name] = sensitive
      ? { sensitive, reference: await ports.secrets.keep(`${id}/${name}`, JSON.stringify(value)) }
      : { sensitive, value };
  }
  log.say(`Deployed: ${known.resources} resources, state ${known.serial}; a new plan finds nothing to do.`);
  return await succeed(context, known, outputs);
}

async function succeed(
  { ports, id, own, run, log }: Context,
  state: KnownState,
  outputs: Readonly<Record<string, DeploymentOutput>>,
): Promise<RunOutcome> {
  if (run.action === 'destroy') log.say('Destroyed: nothing is left in the state.');
  const request = await changeRequest(ports, id, () => ({ kind: 'Succeeded', ...own, state, outputs }));
  return { kind: 'ended', request };
}

function summaryOf({ counts, changes, sha256: digest }: PlanRecord): string {
  const { add, change, replace, destroy } = counts;
  const lines = changes.map(({ address, action }) => `  ${action} ${address}`);
  return [
    `Plan ${digest}: ${add} to add, ${change} to change, ${replace} to replace, ${destroy} to destroy.`,
    ...lines,
  ].join('\n');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
