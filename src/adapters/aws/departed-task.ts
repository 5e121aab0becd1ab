import { SyncError } from '../../domain/errors.ts';
import type { DeploymentRequests } from '../../ports/deployment-requests.ts';
import type { Terraform } from '../../ports/terraform.ts';

/**
 * What a task leaves behind, whose disk went with it: its plan, in the row. Everything that the plan would have made
 * counts as begun, since nobody can tell any more. Terraform itself is not there.
 */
export function createDepartedTasks(requests: DeploymentRequests): Terraform {
  const absent = async (): Promise<never> => {
    throw new SyncError('InternalError', 'Terraform runs in a task, and nowhere else.');
  };
  return {
    missing: absent,
    open: absent,
    discard: async () => {},
    leftFile: async () => undefined,
    leftBehind: async function* (id) {
      const request = await requests.read(id);
      for (const { address, action } of request?.run?.plan?.changes ?? []) {
        if (action !== 'create' && action !== 'replace') continue;
        yield JSON.stringify({ type: 'apply_start', hook: { resource: { addr: address } } });
      }
    },
  };
}
