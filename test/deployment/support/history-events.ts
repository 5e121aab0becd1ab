import type { State, StateMachineDefinition } from './state-machine.ts';

/** One way through a state machine, and how many history events it leaves at most. */
export interface HistoryPath {
  /** The states in order. A task that failed with all its retries reads `Name!`, one healed by its last `Name~`. */
  readonly steps: readonly string[];
  readonly events: number;
}

/**
 * Every way through the states that comes through none of them twice, each task passing at once, passing at its last attempt, or failing with all its
 * attempts. Counted as the Step Functions guide describes execution histories: a task enters, exits, and leaves
 * three events an attempt; a choice, a wait and a pass leave two; success leaves two and failure one.
 */
export function historyPaths(machine: StateMachineDefinition): readonly HistoryPath[] {
  return walk(machine, machine.StartAt, () => false);
}

/** Every way from a state back to itself, counted likewise. */
export function historyLoops(machine: StateMachineDefinition, name: string): readonly HistoryPath[] {
  return walk(machine, name, (next) => next === name).filter(({ loops }) => loops);
}

interface Walk extends HistoryPath {
  readonly loops: boolean;
}

function walk(
  machine: StateMachineDefinition,
  name: string,
  isBack: (next: string) => boolean,
  before: readonly string[] = [],
): readonly Walk[] {
  const state = machine.States[name];
  if (!state) throw new Error(`There is no state "${name}".`);
  const passed = [...before, name];
  return leavesOf(name, state).flatMap(({ step, events, next }) => {
    if (next === undefined || isBack(next)) return [{ steps: [step], events, loops: next !== undefined }];
    if (passed.includes(next)) return [];
    return walk(machine, next, isBack, passed).map((rest) => ({
      ...rest,
      steps: [step, ...rest.steps],
      events: events + rest.events,
    }));
  });
}

interface Leave {
  readonly step: string;
  readonly events: number;
  readonly next: string | undefined;
}

function leavesOf(name: string, state: State): readonly Leave[] {
  const next = state.End === true ? undefined : state.Next;
  switch (state.Type) {
    case 'Task':
      return leavesOfTask(name, state, next);
    case 'Choice': {
      const targets = [...(state.Choices ?? []).map((choice) => choice.Next), state.Default];
      return targets.map((target) => ({ step: name, events: 2, next: target }));
    }
    case 'Map': {
      const caught = (state.Catch ?? []).map(({ Next }) => ({ step: `${name}!`, events: 4, next: Next }));
      return [{ step: name, events: 4, next }, ...caught];
    }
    case 'Fail':
      return [{ step: name, events: 1, next: undefined }];
    default:
      return [{ step: name, events: 2, next }];
  }
}

function leavesOfTask(name: string, state: State, next: string | undefined): readonly Leave[] {
  const retries = (state.Retry ?? []).reduce((sum, { MaxAttempts }) => sum + MaxAttempts, 0);
  // An execution that is waited for leaves one more: it is scheduled, started, submitted, and ends.
  const each = state.Resource?.endsWith('startExecution.sync:2') ? 4 : 3;
  const events = (attempts: number) => 2 + each * attempts;
  const healed = retries > 0 ? [{ step: `${name}~`, events: events(1 + retries), next }] : [];
  const caught = (state.Catch ?? []).map(({ Next }) => ({
    step: `${name}!`,
    events: events(1 + retries),
    next: Next,
  }));
  return [{ step: name, events: events(1), next }, ...healed, ...caught];
}
