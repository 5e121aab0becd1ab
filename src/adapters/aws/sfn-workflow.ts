import { type SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import type { Workflow, WorkflowEnd } from '../../ports/workflow.ts';
import { workflowOutput } from './schema.ts';
import { serviceErrorOf } from './service-errors.ts';

const MOST_CHARACTERS = 1000;

/**
 * Runs events through an Express state machine, each in an execution of its own that is waited for: started
 * asynchronously, an execution that failed or was lost would be nobody's. The answer is 200 also for one that failed.
 */
export function createSfnWorkflow(sfn: SFNClient, stateMachineArn: string): Workflow {
  return {
    run: async (event) => {
      try {
        const input = JSON.stringify({ event });
        const { status, output, error, cause } = await sfn.send(
          new StartSyncExecutionCommand({ stateMachineArn, input }),
        );
        return status === 'SUCCEEDED' ? endOf(output) : failed(error ?? status ?? 'unknown', cause ?? '');
      } catch (thrown) {
        const { name, message } = serviceErrorOf(thrown);
        return failed(name, message);
      }
    },
  };
}

function endOf(output: string | undefined): WorkflowEnd {
  try {
    const parsed = workflowOutput.safeParse(JSON.parse(output ?? ''));
    if (parsed.success) return parsed.data;
  } catch {
    // Below.
  }
  return failed('OutputInvalid', 'The workflow said it succeeded and not how.');
}

function failed(error: string, cause: string): WorkflowEnd {
  const line = (text: string) => printable(text.slice(0, MOST_CHARACTERS));
  return { outcome: 'failed', error: line(error), cause: line(cause) };
}
