import type { Runner } from '../../domain/deployment-request/events.ts';
import type { Kind } from '../../domain/deployment-request/kind/kind.ts';
import {
  type DeploymentRequest,
  isRunning,
  type KnownState,
  type RunRecord,
} from '../../domain/deployment-request/request.ts';
import { isSyncError, SyncError, toSyncError } from '../../domain/errors.ts';
import { applyRun } from './apply-run.ts';
import { changeRequest, readRequest } from './change.ts';
import { archiveKind } from './kinds.ts';
import { planRun } from './plan-run.ts';
import type { RunPorts } from './ports.ts';
import {
  initialise,
  keepLeftState,
  kindForRun,
  openWorkspace,
  requireProviders,
  requireState,
} from './prepare.ts';
import { knownState, logName, type RunContext } from './run-context.ts';
import { createRunLog } from './run-log.ts';
import { type Success, settleRun } from './settle-run.ts';
import { watchRun } from './stopping.ts';
import type { StepTerms } from './terraform-steps.ts';

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
      await ports.terraform.discard(id);
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
    const context: RunContext = { ports, id, own, run, log, stop: watch.stop };
    const carried = await carryOut(context, request, kind, (seen) => {
      state.last = seen;
    });
    if ('waiting' in carried) return { kind: 'awaiting-approval', request: carried.waiting };
    // Only now, when the folder of the run is gone: who dies before leaves a run that the monitor ends.
    const ended = await changeRequest(ports, id, () => ({ kind: 'Succeeded', ...own, ...carried }));
    return { kind: 'ended', request: ended };
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
  context: RunContext,
  request: DeploymentRequest,
  kind: Kind,
  onState: (state: KnownState) => void,
): Promise<Success | { readonly waiting: DeploymentRequest }> {
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
  await keepLeftState(ports, id);
  // What an empty or older state would make of the plan is refused before anything runs.
  if ((await ports.store.get(`errored/${id}.tfstate`)) === undefined) await requireState(ports, request);
  await using workspace = await openWorkspace(ports, request, kind);
  const steps: StepTerms = { workspace, log, stop };
  const contents = await initialise(ports, request, steps, async (found) => {
    const recovered = knownState(found, state?.unsettled ?? []);
    await changeRequest(ports, id, () => ({ kind: 'Progressed', ...own, state: recovered }));
  });

  let { plan } = run;
  if (plan === undefined) {
    const terms = { kind, providers, serial: contents?.serial ?? 0 };
    const planned = await planRun(context, request, steps, terms);
    if (planned.waits) return { waiting: planned.request };
    if (!planned.changed) {
      const known = knownState(contents, []);
      onState(known);
      return await settleRun(context, steps, contents, known);
    }
    ({ plan } = planned);
  }
  const applied = await applyRun(context, request, steps, plan);
  onState(applied.known);
  if (applied.error !== undefined) throw applied.error;
  return await settleRun(context, steps, applied.contents, applied.known);
}
