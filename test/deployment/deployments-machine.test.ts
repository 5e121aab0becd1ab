import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { kindDocument } from '../../src/domain/deployment-request/kind/schema.ts';
import { problemOf } from '../../src/handlers/deployments/events/task-end.ts';
import type { Json } from './support/cloudformation.ts';
import { executeWorkflow, executionOf, readWorkflow, type Workflow } from './support/deployments-machine.ts';

const WORKFLOWS: readonly Workflow[] = ['deploy', 'cleanup', 'drift'];
const named = (name: string, message = '') => Object.assign(new Error(message), { name });
const run = { next: 'run', role: 'example', task: null };
const over = { next: 'over', failed: false, status: 'DEPLOYED', error: 'none', cause: '', task: null };
const failed = { ...over, failed: true, status: 'FAILED', error: 'PlanRefused', cause: 'It may not.' };

interface Script {
  readonly looks: readonly Json[];
  readonly tasks?: readonly Json[];
  readonly notify?: () => unknown;
}

/** Answers each look and each task in turn; the last one again and again. */
async function play({ looks, tasks = [{}], notify }: Script, workflow: Workflow = 'deploy') {
  const [looked, started, told]: [Json[], Json[], Json[]] = [[], [], []];
  const answer = (list: readonly Json[], at: number) => {
    const each = list[Math.min(at, list.length - 1)];
    if (each instanceof Error) throw each;
    return each;
  };
  const execution = await executeWorkflow(
    workflow,
    {
      follow: (payload) => {
        looked.push(payload);
        return answer(looks, looked.length - 1);
      },
      runTask: async (parameters) => {
        started.push(parameters);
        return answer(tasks, started.length - 1);
      },
      notify: (payload) => {
        told.push(payload);
        return notify?.() ?? { told: true };
      },
    },
    { name: 'web-deploy-1', input: { id: 'web', generation: 1, action: 'deploy' } },
  );
  return { ...execution, looked, started, told };
}

describe('the workflows of deployments', () => {
  it.each(WORKFLOWS)('%s is accepted by asl-validator', (workflow) => {
    expect(validate(readWorkflow(workflow) as never).errors).toEqual([]);
  });

  it('let a runner’s own deadline be over well before theirs', () => {
    const { States, TimeoutSeconds = 0 } = readWorkflow('deploy');
    const longest = (kindDocument.shape.limits.shape.minutes.maxValue ?? 0) * 60;
    expect(States['RunTerraform']?.TimeoutSeconds).toBeGreaterThanOrEqual(longest + 10 * 60);
    expect(TimeoutSeconds).toBeGreaterThan(2 * (States['RunTerraform']?.TimeoutSeconds ?? 0) + 480 * 3600);
  });

  it('are two that share every step', () => {
    const { States, StartAt } = readWorkflow('deploy');
    const cleanup = readWorkflow('cleanup');
    expect([cleanup.StartAt, cleanup.States]).toEqual([StartAt, States]);
  });

  it('look, run a task of the kind’s role, and end as the row says', async () => {
    const { output, looked, started, told } = await play({ looks: [run, over] });
    expect(output).toEqual({ id: 'web', status: 'DEPLOYED' });
    const executionId = executionOf('deploy', 'web-deploy-1');
    expect(looked).toEqual([
      { executionId, id: 'web', generation: 1, task: null },
      { executionId, id: 'web', generation: 1, task: { ended: true } },
    ]);
    expect(started[0]).toMatchObject({
      TaskDefinition: 'deployments-example',
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          Subnets: ['subnet-0123abcd', 'subnet-4567cdef'],
          AssignPublicIp: 'DISABLED',
        },
      },
      Overrides: {
        ContainerOverrides: [
          {
            Name: 'runner',
            Command: ['deployments', 'run', 'web'],
            Environment: [{ Name: 'PROVIDER_SYNC_EXECUTION', Value: executionId }],
          },
        ],
      },
    });
    expect(told).toEqual([]);
  });

  it('wait for an approval without a task, and go on with a second one', async () => {
    const wait = { next: 'wait', seconds: 15, task: null };
    const { output, started, looked } = await play({ looks: [run, wait, wait, run, over] });
    expect(output).toEqual({ id: 'web', status: 'DEPLOYED' });
    expect(started).toHaveLength(2);
    expect(looked[3]).toMatchObject({ task: null });
  });

  it.each(['AmazonECS.Unknown', 'ECS.ThrottlingException', 'ECS.ServerException'])(
    'start a task again that never started: %s',
    async (name) => {
      const { output, started } = await play({ looks: [run, over], tasks: [named(name), named(name), {}] });
      expect(output).toEqual({ id: 'web', status: 'DEPLOYED' });
      expect(started).toHaveLength(3);
    },
  );

  it.each(['States.TaskFailed', 'States.Timeout'])(
    'never start a task again that may have begun, and hand on what is said of it: %s',
    async (name) => {
      const cause = JSON.stringify({ StopCode: 'SpotInterruption', Overrides: { Secret: 'x' } });
      const { started, looked, error, told } = await play({
        looks: [run, failed],
        tasks: [named(name, cause)],
      });
      expect(started).toHaveLength(1);
      expect(looked[1]?.task).toMatchObject({ Error: name });
      expect(error).toEqual({ name: 'PlanRefused', cause: 'It may not.' });
      expect(told).toEqual([{ executionId: executionOf('deploy', 'web-deploy-1'), id: 'web' }]);
    },
  );

  it('end as FAILED says although nobody could be told', async () => {
    const { error, told } = await play({
      looks: [failed],
      notify: () => {
        throw named('NotificationFailed');
      },
    });
    expect(error).toEqual({ name: 'PlanRefused', cause: 'It may not.' });
    expect(told).toHaveLength(6);
  });

  it('look again when a look fails for now, and end when it lasts', async () => {
    const passing = await play({ looks: [named('ServiceUnavailable'), named('Lambda.Unknown'), over] });
    expect(passing.output).toEqual({ id: 'web', status: 'DEPLOYED' });
    const lasting = await play({ looks: [named('SettingsInvalid', 'REQUESTS_TABLE is not set')] });
    expect(lasting.error?.name).toBe('SettingsInvalid');
    expect(lasting.looked).toHaveLength(1);
  });
});

describe('the look for drift', () => {
  const seen = { looked: 3, drifted: 1, failed: false, problem: '' };
  const look = async (tasks: readonly Json[], told: Json = seen) => {
    const [started, heard]: [Json[], Json[]] = [[], []];
    const ended = await executeWorkflow(
      'drift',
      {
        follow: () => undefined,
        runTask: async (parameters) => {
          started.push(parameters);
          const task = tasks[Math.min(started.length, tasks.length) - 1];
          if (task instanceof Error) throw task;
          return task;
        },
        notify: (payload) => {
          heard.push(payload);
          return told;
        },
      },
      { name: 'daily', input: {} },
    );
    return { ...ended, started, heard };
  };

  it('is one task of its own, whose report is told', async () => {
    const { output, started, heard } = await look([{ Containers: [{ Environment: 'hidden' }] }]);
    expect(output).toEqual({ looked: 3, drifted: 1 });
    const executionId = executionOf('drift', 'daily');
    expect(started).toMatchObject([
      {
        TaskDefinition: 'deployments-drift',
        NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
        Overrides: {
          ContainerOverrides: [{ Environment: [{ Name: 'PROVIDER_SYNC_EXECUTION', Value: executionId }] }],
        },
      },
    ]);
    expect(heard).toEqual([{ executionId, drift: { task: { ended: true } } }]);
  });

  it('starts a task again that never started, and tells of one that failed whatever its exit code says', async () => {
    const again = await look([named('AmazonECS.Unknown'), {}]);
    expect([again.started.length, again.output]).toEqual([2, { looked: 3, drifted: 1 }]);
    const failing = await look([named('States.TaskFailed', '{"StopCode":"EssentialContainerExited"}')]);
    expect(failing.started).toHaveLength(1);
    expect(failing.heard[0]?.drift.task).toMatchObject({ Error: 'States.TaskFailed' });
    expect(failing.output).toEqual({ looked: 3, drifted: 1 });
  });

  it('fails when something could not be seen, and says what', async () => {
    const problem = 'Drift could not be looked for: States.Timeout.';
    const { error } = await look([named('States.Timeout')], { ...seen, failed: true, problem });
    expect(error).toEqual({ name: 'DriftNotSeen', cause: problem });
  });
});

describe('what is said of a task', () => {
  it.each([
    [{}, undefined],
    [{ Error: 'States.Timeout', Cause: '' }, 'States.Timeout'],
    [{ Error: 'ECS.AccessDeniedException', Cause: 'not allowed' }, 'ECS.AccessDeniedException: not allowed'],
    [
      {
        Error: 'States.TaskFailed',
        Cause: JSON.stringify({
          StopCode: 'TaskFailedToStart',
          StoppedReason: 'CannotPullContainerError',
          Overrides: { ContainerOverrides: [{ Environment: [{ Name: 'S', Value: 'hidden' }] }] },
        }),
      },
      'States.TaskFailed, TaskFailedToStart: CannotPullContainerError',
    ],
    [{ Error: 'States.TaskFailed', Cause: '{"Overrides":{"Value":"hidden"}' }, 'States.TaskFailed'],
  ])('%j is %j', (task, said) => {
    expect(problemOf(task)).toBe(said);
  });
});
