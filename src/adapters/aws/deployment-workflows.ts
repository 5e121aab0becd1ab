import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { actionOf, executionName } from '../../domain/deployment-request/request.ts';
import type { DeploymentWorkflows } from '../../ports/deployment-workflows.ts';
import { serviceErrorOf, serviceUnavailable } from './service-errors.ts';

/** Two state machines of Step Functions, by their ARNs. Needs StartExecution, and DescribeExecution of their executions. */
export function createDeploymentWorkflows(options: {
  readonly sfn: SFNClient;
  readonly deployArn: string;
  readonly cleanupArn: string;
}): DeploymentWorkflows {
  const { sfn, deployArn, cleanupArn } = options;
  return {
    start: async (request) => {
      const { id, generation } = request;
      const action = actionOf(request.status);
      const stateMachineArn = action === 'destroy' ? cleanupArn : deployArn;
      const name = executionName(request);
      try {
        // The same name with another input would be refused, so the input says no more than the name.
        const input = JSON.stringify({ id, generation, action });
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
        return 'running';
      } catch (error) {
        if (serviceErrorOf(error).name !== 'ExecutionAlreadyExists') {
          throw serviceUnavailable(`Starting ${name}`, error);
        }
      }
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      try {
        const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
      } catch (error) {
        throw serviceUnavailable(`Asking for the status of ${executionArn}`, error);
      }
    },
  };
}
