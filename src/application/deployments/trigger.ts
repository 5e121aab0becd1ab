import { actionOf, type DeploymentRequest, isRunning } from '../../domain/deployment-request/request.ts';
import { isSyncError, type Problem } from '../../domain/errors.ts';
import type { DeploymentWorkflows } from '../../ports/deployment-workflows.ts';
import { endPending } from './end-pending.ts';
import { judgeRequest } from './kinds.ts';
import type { RequestPorts, RunPorts } from './ports.ts';

export interface TriggerPorts extends RequestPorts, Pick<RunPorts, 'kinds'> {
  readonly workflows: DeploymentWorkflows;
}

export type Triggered =
  /** Its workflow runs. */
  | { readonly kind: 'started'; readonly request: DeploymentRequest }
  /** What it asks for cannot be run: it is FAILED, and nothing was started. */
  | { readonly kind: 'refused'; readonly request: DeploymentRequest }
  /** Its workflow ran and ended, and did not take it on. */
  | { readonly kind: 'abandoned'; readonly request: DeploymentRequest }
  /** Nothing is to be started: it is not pending any more, or not there. */
  | { readonly kind: 'nothing' }
  /** The row is no request. Nobody can run it before somebody mends it. */
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] };

/** Who ends a request that cannot be run. One name for all: a call that was broken off is gone on with by the next. */
const VALIDATION = 'validation';

/**
 * Starts the workflow of a pending request, or refuses what cannot be run with everything that is wrong. What told of
 * it is a hint alone: the row says what it is now, so a hint that comes late, twice or out of order does no harm.
 */
export async function triggerDeployment(ports: TriggerPorts, id: string): Promise<Triggered> {
  let request: DeploymentRequest | undefined;
  try {
    request = await ports.requests.read(id);
  } catch (error) {
    if (isSyncError(error) && error.code === 'DeploymentInvalid') {
      return { kind: 'unreadable', problems: error.problems };
    }
    throw error;
  }
  if (request === undefined) return { kind: 'nothing' };
  const begunHere = isRunning(request) && request.run?.runner === VALIDATION;
  if (isRunning(request) ? !begunHere : actionOf(request.status) === undefined) return { kind: 'nothing' };
  if (request.updatedAt === '') {
    const dated = datedRequest(request, ports.clock.now().toISOString());
    // Whoever wrote it meanwhile has told of it as well.
    if (!(await ports.requests.replace(dated, request.revision))) return { kind: 'nothing' };
    request = dated;
  }
  // What was deployed is destroyed with the kind as it was then, whatever the catalogue says now.
  if (actionOf(request.status) === 'deploy') {
    const judged = await judgeRequest(ports, request);
    if ('problems' in judged || begunHere) {
      return await refuse(ports, request, 'problems' in judged ? judged.problems : []);
    }
  }
  const workflow = await ports.workflows.start(request);
  return { kind: workflow === 'running' ? 'started' : 'abandoned', request };
}

/**
 * A row that another program put there without a date, with one. Only what has a date can be listed, so this comes
 * before anything that may fail: what cannot be started now is then found by the sweep, whatever becomes of its event.
 */
function datedRequest(request: DeploymentRequest, now: string): DeploymentRequest {
  const { createdAt, revision } = request;
  return {
    ...request,
    createdAt: createdAt === '' ? now : createdAt,
    updatedAt: now,
    revision: revision + 1,
  };
}

async function refuse(
  ports: TriggerPorts,
  request: DeploymentRequest,
  problems: readonly Problem[],
): Promise<Triggered> {
  const ended = await endPending(ports, request, VALIDATION, {
    code: 'DeploymentInvalid',
    message: 'What the request asks for cannot be run. Nothing was started.',
    problems,
  });
  return ended === undefined ? { kind: 'nothing' } : { kind: 'refused', request: ended };
}
