import { readFileSync } from 'node:fs';
import { StateMachine } from 'aws-local-stepfunctions';
import type { Json } from './cloudformation.ts';

export interface StateMachineDefinition {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

export interface State {
  readonly Resource?: string;
  readonly Type: 'Task' | 'Map' | 'Choice' | 'Pass' | 'Wait' | 'Succeed' | 'Fail';
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
  | 'TakeTurn'
  | 'ReadConfig'
  | 'CheckVersionExists'
  | 'DownloadAndUpload'
  | 'RecordFailure'
  | 'NotePageFailure'
  | 'ReportRun'
  | 'NotifyFailures'
  | 'NotifyConfigError';

/** A function behind a Task: takes the payload, returns the answer or throws an error with a name. */
export type TaskHandlers = Readonly<Record<TaskName, (payload: Json) => unknown>>;

export interface Execution {
  /** The output; undefined when the execution failed. */
  readonly output?: Json;
  readonly error?: { readonly name: string; readonly cause: string };
}

const EXECUTIONS = 'arn:aws:states:eu-central-1:123456789012:execution:provider-sync-dev-provider-sync:';

export const EXECUTION_ID = `${EXECUTIONS}0f9c`;

export interface StepFunctions {
  /** Starts an execution; `done` never rejects. */
  start(input: Json): { readonly executionId: string; readonly done: Promise<Execution> };
  isRunning(executionId: string): boolean;
  /** The inputs of all executions, in the order of their starts. */
  readonly inputs: readonly Json[];
}

/**
 * Runs the real definition with functions of this process. As Lambda does, an error is handed on as its name and
 * a cause of JSON with errorType and errorMessage. Retries and waits take a millisecond. The execution of a page runs
 * the same definition, and answers as `startExecution.sync:2` does.
 */
export function stepFunctions(
  handlers: TaskHandlers,
  onPayload: (payload: Json) => void = () => undefined,
): StepFunctions {
  const running = new Set<string>();
  const inputs: Json[] = [];
  const start = (input: Json) => {
    const executionId = inputs.length === 0 ? EXECUTION_ID : `${EXECUTIONS}${inputs.length}`;
    inputs.push(input);
    running.add(executionId);
    const done = execute(executionId, input).finally(() => running.delete(executionId));
    return { executionId, done };
  };

  const execute = async (executionId: string, input: Json): Promise<Execution> => {
    const machine = new StateMachine(readDefinition() as never, { validationOptions: { noValidate: true } });
    const names = Object.keys(handlers) as readonly TaskName[];
    const tasks = names.map((name) => [name, lambda(handlers[name], onPayload)]);
    const paced = [...names, 'ProcessPage'];
    const { result } = machine.run(input, {
      context: {
        Execution: { Id: executionId, Input: input },
        StateMachine: { Id: 'arn:aws:states:eu-central-1:123456789012:stateMachine:provider-sync' },
      },
      overrides: {
        taskResourceLocalHandlers: { ...Object.fromEntries(tasks), ProcessPage: startExecution },
        retryIntervalOverrides: Object.fromEntries(paced.map((name) => [name, 1])),
        waitTimeOverrides: { WaitForTurn: 1 },
      },
    });
    try {
      return { output: await result };
    } catch (thrown) {
      const cause = (thrown as Error).cause as Error;
      return { error: { name: cause.name, cause: cause.message } };
    }
  };

  const startExecution = async (task: Json) => {
    onPayload(task);
    const { output, error } = await start(JSON.parse(JSON.stringify(task.Input))).done;
    if (error === undefined) return { Output: output, Status: 'SUCCEEDED' };
    const cause = { Status: 'FAILED', Error: error.name, Cause: error.cause };
    throw Object.assign(new Error(JSON.stringify(cause)), { name: 'States.TaskFailed' });
  };
  return { start, isRunning: (executionId) => running.has(executionId), inputs };
}

function lambda(handler: (payload: Json) => unknown, onPayload: (payload: Json) => void) {
  return async (task: Json) => {
    try {
      onPayload(task.Payload);
      const answer = JSON.parse(JSON.stringify(await handler(JSON.parse(JSON.stringify(task.Payload)))));
      onPayload(answer);
      return { Payload: answer };
    } catch (thrown) {
      const error = thrown as Error;
      const cause = { errorType: error.name, errorMessage: error.message, trace: [] };
      throw Object.assign(new Error(JSON.stringify(cause)), { name: error.name });
    }
  };
}

/** One execution from its start to its end. */
export async function runStateMachine(handlers: TaskHandlers, input: Json): Promise<Execution> {
  return await stepFunctions(handlers).start(input).done;
}
