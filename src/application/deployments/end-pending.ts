import {
  type DeploymentFailure,
  type DeploymentRequest,
  isRunning,
} from '../../domain/deployment-request/request.ts';
import { isSyncError } from '../../domain/errors.ts';
import { changeRequest } from './change.ts';
import type { RequestPorts } from './ports.ts';

/**
 * Ends a pending request before anything has run, or goes on with ending it where the same `runner` was broken off.
 * Undefined when somebody else was faster: a runner that took it on, or a cancel.
 */
export async function endPending(
  ports: RequestPorts,
  request: DeploymentRequest,
  runner: string,
  failure: Omit<DeploymentFailure, 'at'>,
): Promise<DeploymentRequest | undefined> {
  const { id } = request;
  // One more than that of the pending request since it was begun with.
  const generation = isRunning(request) ? request.generation - 1 : request.generation;
  try {
    const begun = await changeRequest(ports, id, () => ({
      kind: 'Begun',
      generation,
      runner: { runner, host: 'none' },
    }));
    const runId = begun.run?.id ?? '';
    return await changeRequest(ports, id, () => ({ kind: 'Failed', runId, runner, failure }));
  } catch (error) {
    if (isSyncError(error) && error.code === 'DeploymentConflict') return undefined;
    throw error;
  }
}
