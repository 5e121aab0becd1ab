import { newRequest } from '../../domain/deployment-request/life-cycle.ts';
import {
  type DeploymentRequest,
  type DeploymentStatus,
  isDeploymentId,
  isRunning,
  STATUSES,
} from '../../domain/deployment-request/request.ts';
import type { UnreadableRow } from '../../domain/deployment-request/unreadable.ts';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { changeRequest, readRequest, recordFacts } from './change.ts';
import { judgeRequest } from './kinds.ts';
import type { RequestPorts, RunPorts } from './ports.ts';
import { cancelled } from './stopping.ts';

export interface Wish {
  readonly id: string;
  readonly kind: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly requestedBy: string;
  /** Whether its plans are to be approved even where the kind does not ask for it. */
  readonly approval: boolean;
}

/**
 * A new request, once it is known that it can be run. Throws DeploymentInvalid with every problem and its place, and
 * DeploymentConflict when there is one with this id.
 */
export async function requestDeployment(
  ports: RequestPorts & Pick<RunPorts, 'kinds'>,
  wish: Wish,
): Promise<DeploymentRequest> {
  if (!isDeploymentId(wish.id)) {
    const fix = 'Give 3 to 24 small letters, digits and single hyphens, a letter first.';
    const problems = [{ path: '$.id', message: `is ${quote(wish.id)}`, fix }];
    throw new SyncError('DeploymentInvalid', 'The request cannot be taken.', { problems });
  }
  const judged = await judgeRequest(ports, wish);
  if ('problems' in judged) {
    const message = 'What the request asks for does not fit its kind. Nothing was kept.';
    throw new SyncError('DeploymentInvalid', message, judged);
  }
  const request = newRequest(wish, ports.clock.now().toISOString());
  if (!(await ports.requests.create(request))) {
    throw new SyncError(
      'DeploymentConflict',
      `There is a deployment ${quote(wish.id)} already. Choose another id.`,
    );
  }
  await recordFacts(ports, request.id, request.facts);
  return request;
}

/** All of them, or those in one state; those changed last first. Rows that are no requests are named apart. */
export async function listDeployments(
  { requests }: Pick<RequestPorts, 'requests'>,
  status: DeploymentStatus | undefined,
  limit: number,
): Promise<{
  readonly deployments: readonly DeploymentRequest[];
  readonly unreadable: readonly UnreadableRow[];
}> {
  const lists = await Promise.all(
    (status === undefined ? STATUSES : [status]).map((each) => requests.list(each, limit, 'newest-first')),
  );
  const deployments = lists
    .flatMap((listed) => listed.requests)
    .toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))
    .slice(0, limit);
  return { deployments, unreadable: lists.flatMap((listed) => listed.unreadable).slice(0, limit) };
}

/** `plan`: the plan's SHA-256, or its first twelve digits at least. */
export async function approvePlan(
  ports: RequestPorts,
  id: string,
  plan: string,
  by: string,
): Promise<DeploymentRequest> {
  const { run } = await readRequest(ports, id);
  const waiting = run?.plan?.sha256;
  const named = waiting !== undefined && /^[0-9a-f]{12,64}$/.test(plan) && waiting.startsWith(plan);
  return await changeRequest(ports, id, () => ({
    kind: 'Approved',
    runId: run?.id ?? '',
    sha256: named ? waiting : plan,
    by,
  }));
}

/** Deployed or failed, it is to be destroyed. `unsettledGone`: somebody looked, and what was unsettled is not there. */
export async function askDestroy(
  ports: RequestPorts,
  id: string,
  by: string,
  unsettledGone: boolean,
): Promise<DeploymentRequest> {
  const { generation } = await readRequest(ports, id);
  return await changeRequest(ports, id, () => ({
    kind: 'DestroyAsked',
    generation,
    by,
    settled: unsettledGone,
  }));
}

/** Failed, it goes for what was wanted last once more. */
export async function askRetry(ports: RequestPorts, id: string, by: string): Promise<DeploymentRequest> {
  const { generation } = await readRequest(ports, id);
  return await changeRequest(ports, id, () => ({ kind: 'RetryAsked', generation, by }));
}

/**
 * Stops what is going on: a run is asked to stop and says so itself; what waits for an approval or has not begun ends
 * here. Throws DeploymentConflict when nothing is going on.
 */
export async function cancelDeployment(
  ports: RequestPorts,
  id: string,
  by: string,
): Promise<DeploymentRequest> {
  let request = await readRequest(ports, id);
  if (request.status === 'PENDING_DEPLOY' || request.status === 'PENDING_DESTROY') {
    const { generation } = request;
    const runner = { runner: `cancelled by ${by}`.slice(0, 300), host: 'none' };
    request = await changeRequest(ports, id, () => ({ kind: 'Begun', generation, runner }));
    const { runId } = { runId: request.run?.id ?? '' };
    return await changeRequest(ports, id, () => ({
      kind: 'Failed',
      runId,
      runner: runner.runner,
      failure: failureOf(by),
    }));
  }
  const { generation } = request;
  request = await changeRequest(ports, id, () => ({ kind: 'CancelAsked', generation, by }));
  const { run } = request;
  if (!isRunning(request) || run?.stage !== 'awaiting-approval') return request;
  const { id: runId, runner } = run;
  try {
    return await changeRequest(ports, id, () => ({ kind: 'Failed', runId, runner, failure: failureOf(by) }));
  } catch (error) {
    // Somebody went on with it meanwhile, and finds that it is cancelled.
    if (error instanceof SyncError && error.code === 'DeploymentConflict')
      return await readRequest(ports, id);
    throw error;
  }
}

function failureOf(by: string) {
  const { code, message, problems } = cancelled(by);
  return { code, message, problems };
}
