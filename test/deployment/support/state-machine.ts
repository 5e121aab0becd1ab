import { readFileSync } from 'node:fs';
import { StateMachine } from 'aws-local-stepfunctions';
import type { Json } from './cloudformation.ts';

export interface StateMachineDefinition {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

export interface State {
  readonly Type: 'Task' | 'Map' | 'Choice' | 'Pass' | 'Succeed' | 'Fail';
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly TimeoutSeconds?: number;
  readonly MaxConcurrency?: number;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly ItemProcessor?: StateMachineDefinition & { readonly ProcessorConfig: { readonly Mode: string } };
}

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds: number;
  readonly JitterStrategy: string;
}

const DEFINITION_FILE = 'statemachine/provider-sync.asl.json';

/** The definition as SAM deploys it: with its substitutions made. */
export function readDefinition(): StateMachineDefinition {
  const text = readFileSync(DEFINITION_FILE, 'utf8').replaceAll(/\$\{(\w+)\}/g, (_match, name: string) =>
    name === 'Partition' ? 'aws' : `arn:aws:lambda:eu-central-1:123456789012:function:${name}`,
  );
  return JSON.parse(text) as StateMachineDefinition;
}

/** The states of the Map's items. */
export function itemStates(definition: StateMachineDefinition): StateMachineDefinition {
  const processor = definition.States['ProcessProviders']?.ItemProcessor;
  if (!processor) throw new Error('ProcessProviders has no ItemProcessor.');
  return processor;
}

type TaskName =
  | 'ReadConfig'
  | 'CheckVersionExists'
  | 'DownloadAndUpload'
  | 'NotifyError'
  | 'NotifyConfigError';

/** A function behind a Task: takes the payload, returns the answer or throws an error with a name. */
export type TaskHandlers = Readonly<Record<TaskName, (payload: Json) => unknown>>;

export interface Execution {
  /** The output; undefined when the execution failed. */
  readonly output?: Json;
  readonly error?: { readonly name: string; readonly cause: string };
}

export const EXECUTION_ID =
  'arn:aws:states:eu-central-1:123456789012:execution:provider-sync-dev-provider-sync:0f9c';

/**
 * Runs the real definition with functions of this process. As Lambda does, an error is handed on as its name and
 * a cause of JSON with errorType and errorMessage. Retries wait for a millisecond.
 */
export async function runStateMachine(handlers: TaskHandlers, input: Json): Promise<Execution> {
  const machine = new StateMachine(readDefinition() as never, { validationOptions: { noValidate: true } });
  const local = (handler: (payload: Json) => unknown) => async (task: Json) => {
    try {
      return { Payload: JSON.parse(JSON.stringify(await handler(task.Payload))) };
    } catch (thrown) {
      const error = thrown as Error;
      const cause = { errorType: error.name, errorMessage: error.message, trace: [] };
      throw Object.assign(new Error(JSON.stringify(cause)), { name: error.name });
    }
  };
  const names = Object.keys(handlers) as readonly TaskName[];
  const { result } = machine.run(input, {
    context: { Execution: { Id: EXECUTION_ID, Input: input } },
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(names.map((name) => [name, local(handlers[name])])),
      retryIntervalOverrides: Object.fromEntries(names.map((name) => [name, 1])),
    },
  });
  try {
    return { output: await result };
  } catch (thrown) {
    const cause = (thrown as Error).cause as Error;
    return { error: { name: cause.name, cause: cause.message } };
  }
}
