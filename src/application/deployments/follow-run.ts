import { actionOf, type DeploymentRequest, isRunning } from '../../domain/deployment-request/request.ts';
import { isSyncError } from '../../domain/errors.ts';
import { recordFacts } from './change.ts';
import { endPending } from './end-pending.ts';
import { judgeRequest, readArchivedKind } from './kinds.ts';
import { mendLostRun } from './monitor.ts';
import type { RunPorts } from './ports.ts';
import { cancelDeployment } from './requests.ts';

export interface FollowTerms {
  readonly id: string;
  /** The pending generation that the workflow was started for. */
  readonly generation: number;
  /** Says who ends the request where no runner did. */
  readonly workflow: string;
  /** A task of this workflow has ended: with what is said of it where that was not well. Undefined before the first. */
  readonly task: { readonly problem: string | undefined } | undefined;
  /** After so many hours a plan that nobody approved is cancelled. */
  readonly approvalHours: number;
}

/** What a workflow does next. */
export type NextStep =
  /** Start a task with this role. */
  | { readonly next: 'run'; readonly role: string }
  /** Look again after so many seconds. `settled`: how the last task ended is dealt with, and is not to be told again. */
  | { readonly next: 'wait'; readonly seconds: number; readonly settled: boolean }
  /** The workflow's generation is over; undefined where the row is not there any more. */
  | { readonly next: 'over'; readonly request: DeploymentRequest | undefined };

/** Its role may do nothing but what every run does. */
const PLAIN_ROLE = 'example';
const [SHORTEST_WAIT, LONGEST_WAIT] = [15, 600];
/** An approval is heard within a tenth of the time that it took. */
const SHARE_OF_WAIT = 0.1;
/** Until there is evidence of a task's end, or it has written how it ended. */
const LOOK_AGAIN: NextStep = { next: 'wait', seconds: 30, settled: false };

/**
 * Looks at a request on behalf of its workflow. The row alone says how a run ended, never a task's exit code; a task
 * that ended without a word there is ended as lost once there is evidence, and a plan that was begun with is never
 * begun with again.
 */
export async function followRun(
  ports: Omit<RunPorts, 'secrets' | 'every'>,
  terms: FollowTerms,
): Promise<NextStep> {
  const { id, generation, task } = terms;
  const request = await ports.requests.read(id);
  if (request === undefined) return { next: 'over', request };
  // A runner has no right to the ledger: what its task wrote into the row is handed on as soon as that is over.
  if (task !== undefined) await recordFacts(ports, id, request.facts);
  const { run } = request;
  const pending = request.generation === generation && !isRunning(request) && actionOf(request.status);
  if (pending && task === undefined) return await toRun(ports, request);
  // The second: a call before this one was broken off between its two writes.
  if (pending || (isRunning(request) && run?.runner === terms.workflow)) {
    const message = `No runner took it on: ${task?.problem ?? 'its task ended without a word'}. Nothing was applied.`;
    const ended = await endPending(ports, request, terms.workflow, {
      code: 'RunnerLost',
      message,
      problems: [],
    });
    return ended === undefined ? LOOK_AGAIN : { next: 'over', request: ended };
  }
  if (request.generation !== generation + 1 || !isRunning(request) || run === undefined) {
    return { next: 'over', request };
  }
  if (run.stage !== 'awaiting-approval') {
    const mended = task === undefined ? [] : await mendLostRun(ports, request);
    if (mended.length === 0) return LOOK_AGAIN;
    return { next: 'over', request: await ports.requests.read(id) };
  }
  if (run.approval !== undefined) {
    if (task?.problem === undefined) return await toRun(ports, request);
    const by = `its workflow, since no runner went on with the approved plan (${task.problem})`;
    return { next: 'over', request: await cancelDeployment(ports, id, by) };
  }
  const waited = (ports.clock.now().getTime() - Date.parse(run.plan?.at ?? run.startedAt)) / 1000;
  if (waited >= terms.approvalHours * 3600) {
    const by = `its deadline, since nobody approved the plan in ${terms.approvalHours} hours`;
    return { next: 'over', request: await cancelDeployment(ports, id, by) };
  }
  const seconds = Math.round(Math.min(LONGEST_WAIT, Math.max(SHORTEST_WAIT, waited * SHARE_OF_WAIT)));
  return { next: 'wait', seconds, settled: true };
}

async function toRun(
  ports: Pick<RunPorts, 'kinds' | 'store'>,
  request: DeploymentRequest,
): Promise<NextStep> {
  return { next: 'run', role: (await roleOf(ports, request)) ?? PLAIN_ROLE };
}

/** Of the kind as the run will use it; undefined where it is none any more: the run itself says so. */
async function roleOf(ports: Pick<RunPorts, 'kinds' | 'store'>, request: DeploymentRequest) {
  const { kindDigest } = request;
  try {
    if (kindDigest !== undefined && (isRunning(request) || actionOf(request.status) === 'destroy')) {
      return (await readArchivedKind(ports, kindDigest)).limits.role;
    }
    const judged = await judgeRequest(ports, request);
    return 'kind' in judged ? judged.kind.limits.role : undefined;
  } catch (error) {
    if (isSyncError(error) && error.code === 'StateRefused') return undefined;
    throw error;
  }
}
