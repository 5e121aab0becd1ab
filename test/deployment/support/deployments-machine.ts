import { readFileSync } from 'node:fs';
import { StateMachine } from 'aws-local-stepfunctions';
import type { Json } from './cloudformation.ts';
import type { Execution, StateMachineDefinition } from './state-machine.ts';

export type Workflow = 'deploy' | 'cleanup' | 'drift';

const STRINGS: Readonly<Record<string, string>> = {
  Partition: 'aws',
  ClusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/deployments',
  TaskFamily: 'deployments',
  SubnetIds: 'subnet-0123abcd,subnet-4567cdef',
  SecurityGroupIds: 'sg-0123abcd',
};

/** A workflow's definition as SAM deploys it: with its substitutions made. */
export function readWorkflow(workflow: Workflow): StateMachineDefinition {
  const text = readFileSync(`statemachine/deployment-${workflow}.asl.json`, 'utf8').replaceAll(
    /\$\{(\w+)\}/g,
    (_match, name: string) => STRINGS[name] ?? `arn:aws:lambda:eu-central-1:123456789012:function:${name}`,
  );
  return JSON.parse(text) as StateMachineDefinition;
}

export const executionOf = (workflow: Workflow, name: string): string =>
  `arn:aws:states:eu-central-1:123456789012:execution:${workflow}:${name}`;

/** What stands behind the tasks: functions take the payload, the task of ECS the evaluated parameters. */
export interface WorkflowTasks {
  readonly follow: (payload: Json) => unknown;
  readonly notify: (payload: Json) => unknown;
  /** Throws an error of the name that ECS would give it. */
  readonly runTask: (parameters: Json) => Promise<Json>;
}

/** Runs the real definition. Retries take a millisecond, waits `waitMs`. Never rejects. */
export async function executeWorkflow(
  workflow: Workflow,
  tasks: WorkflowTasks,
  { name, input, waitMs = 1 }: { readonly name: string; readonly input: Json; readonly waitMs?: number },
): Promise<Execution> {
  const machine = new StateMachine(readWorkflow(workflow) as never, {
    validationOptions: { noValidate: true },
  });
  const handlers: Readonly<Record<string, (parameters: Json) => Promise<Json>>> =
    workflow === 'drift'
      ? { LookForDrift: tasks.runTask, Tell: lambda(tasks.notify) }
      : { Look: lambda(tasks.follow), HandleError: lambda(tasks.notify), RunTerraform: tasks.runTask };
  const { result } = machine.run(input as never, {
    context: { Execution: { Id: executionOf(workflow, name), Input: input } },
    overrides: {
      taskResourceLocalHandlers: handlers,
      retryIntervalOverrides: Object.fromEntries(Object.keys(handlers).map((name) => [name, 1])),
      waitTimeOverrides: { Wait: waitMs },
    },
  });
  try {
    return { output: await result };
  } catch (thrown) {
    const cause = (thrown as Error).cause as Error;
    return { error: { name: cause.name, cause: cause.message } };
  }
}

function lambda(handler: (payload: Json) => unknown) {
  return async ({ Payload }: Json) => {
    try {
      return { Payload: JSON.parse(JSON.stringify(await handler(JSON.parse(JSON.stringify(Payload))))) };
    } catch (thrown) {
      const error = thrown as Error;
      const cause = { errorType: error.name, errorMessage: error.message, trace: [] };
      throw Object.assign(new Error(JSON.stringify(cause)), { name: error.name });
    }
  };
}
