import { readFileSync } from 'node:fs';
import { StateMachine } from 'aws-local-stepfunctions';
import type { Json } from './cloudformation.ts';
import type { Execution, StateMachineDefinition } from './state-machine.ts';

const DEFINITION_FILE = 'statemachine/bottles.asl.json';
const STRINGS: Readonly<Record<string, string>> = {
  Partition: 'aws',
  ClusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/bottles',
  TaskDefinitionArn: 'arn:aws:ecs:eu-central-1:123456789012:task-definition/bottles:1',
  SubnetIds: 'subnet-0123abcd,subnet-4567cdef',
  SecurityGroupIds: 'sg-0123abcd',
};

/** The definition of a sync of bottles as SAM deploys it: with its substitutions made. */
export function readBottlesDefinition(): StateMachineDefinition {
  const text = readFileSync(DEFINITION_FILE, 'utf8').replaceAll(
    /\$\{(\w+)\}/g,
    (_match, name: string) => STRINGS[name] ?? `arn:aws:lambda:eu-central-1:123456789012:function:${name}`,
  );
  return JSON.parse(text) as StateMachineDefinition;
}

type FunctionTask = 'Begin' | 'BringBatch' | 'Publish' | 'Notify' | 'Abandon' | 'NotifyFailure';
type EcsTask = 'RunTask' | 'RunTaskOnDemand';

/** What stands behind the tasks. A function takes the payload; a task of ECS takes the evaluated parameters. */
export interface BottlesTasks {
  readonly functions: Readonly<Record<FunctionTask, (payload: Json) => unknown>>;
  /** Throws an error of the name that ECS would give it. */
  readonly runTask: (state: EcsTask, parameters: Json) => Promise<Json>;
}

const FUNCTIONS: readonly FunctionTask[] = [
  'Begin',
  'BringBatch',
  'Publish',
  'Notify',
  'Abandon',
  'NotifyFailure',
];
const ECS: readonly EcsTask[] = ['RunTask', 'RunTaskOnDemand'];

/** The largest payload of Step Functions, in characters. */
const MAX_PAYLOAD = 262_144;

/**
 * Runs the real definition, as `stepFunctions` does the provider sync's: what Lambda throws is handed on as its name and
 * a cause of JSON, retries take a millisecond. Throws where a payload would not fit. Never rejects.
 */
export async function executeBottles(tasks: BottlesTasks, executionId: string): Promise<Execution> {
  const machine = new StateMachine(readBottlesDefinition() as never, {
    validationOptions: { noValidate: true },
  });
  const functions = FUNCTIONS.map((name) => [name, lambda(tasks.functions[name])] as const);
  const ecs = ECS.map((name) => [name, (parameters: Json) => tasks.runTask(name, parameters)] as const);
  const { result } = machine.run(
    {},
    {
      context: { Execution: { Id: executionId, Input: {} } },
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries([...functions, ...ecs]) as never,
        retryIntervalOverrides: Object.fromEntries([...FUNCTIONS, ...ECS].map((name) => [name, 1])),
      },
    },
  );
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
      requireFit(Payload);
      const answer = JSON.parse(JSON.stringify(await handler(JSON.parse(JSON.stringify(Payload)))));
      requireFit(answer);
      return { Payload: answer };
    } catch (thrown) {
      const error = thrown as Error;
      const cause = { errorType: error.name, errorMessage: error.message, trace: [] };
      throw Object.assign(new Error(JSON.stringify(cause)), { name: error.name });
    }
  };
}

function requireFit(payload: Json): void {
  const { length } = JSON.stringify(payload);
  if (length > MAX_PAYLOAD) throw new Error(`A payload of ${length} characters would not fit.`);
}
