import type { DeploymentRequest } from '../domain/deployment-request/request.ts';

/** What carries requests out. Methods throw a SyncError: ServiceUnavailable when it passes with time. */
export interface DeploymentWorkflows {
  /**
   * Starts the workflow of a request's pending generation. It is named by `executionName` and told nothing that is not
   * in the request, so that a second call starts nothing. `ended`: it was started before, and is over.
   */
  start(request: DeploymentRequest): Promise<'running' | 'ended'>;
}
