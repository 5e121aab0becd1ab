import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Executions } from '../../ports/turn-queue.ts';
import { serviceErrorOf, serviceUnavailable } from './service-errors.ts';

const UNKNOWN = ['ExecutionDoesNotExist', 'InvalidArn'];

/** Executions of Step Functions by their ARNs. */
export function createExecutions(sfn: SFNClient): Executions {
  return {
    async isRunning(executionId) {
      try {
        const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn: executionId }));
        return status === 'RUNNING';
      } catch (cause) {
        if (UNKNOWN.includes(serviceErrorOf(cause).name)) return false;
        throw serviceUnavailable(`Asking for the status of ${executionId}`, cause);
      }
    },
  };
}
