import { ECSClient } from '@aws-sdk/client-ecs';
import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createExecutions } from '../../../src/adapters/aws/executions.ts';
import { createTaskWatch } from '../../../src/adapters/aws/task-watch.ts';
import type { RunRecord } from '../../../src/domain/deployment-request/request.ts';
import { type ScriptedAnswer, type ScriptedServer, scriptedServer } from '../../support/scripted-server.ts';

const ACCOUNT = 'eu-central-1:123456789012';
const TASK = `arn:aws:ecs:${ACCOUNT}:task/deployments/0123456789abcdef`;
const EXECUTION = `arn:aws:states:${ACCOUNT}:execution:deployments-deploy:web-deploy-1`;
const NOW = Date.UTC(2026, 10, 1, 12, 0, 0);
const RUN = { host: 'ip-10-0-0-1', startedAt: '2026-11-01T10:00:00.000Z', task: TASK, execution: EXECUTION };

type Run = Pick<RunRecord, 'host' | 'task' | 'execution' | 'startedAt'>;

const MISSING: ScriptedAnswer = { json: { tasks: [], failures: [{ arn: TASK, reason: 'MISSING' }] } };
const execution = (status: string): ScriptedAnswer => ({
  json: { executionArn: EXECUTION, stateMachineArn: EXECUTION, status, startDate: 1 },
});
/** As ECS writes times: in seconds. */
const stopped = (millisecondsAgo: number, more: object = {}): ScriptedAnswer => ({
  json: {
    tasks: [{ taskArn: TASK, lastStatus: 'STOPPED', stoppedAt: (NOW - millisecondsAgo) / 1000, ...more }],
  },
});

/** ECS and Step Functions on one address: what they are asked for is in a header. */
function awsSaying(
  ecs: ScriptedAnswer,
  states: ScriptedAnswer = execution('RUNNING'),
): Promise<ScriptedServer> {
  return scriptedServer(({ headers }) => (targetOf(headers).includes('DescribeTasks') ? ecs : states));
}

const targetOf = (headers: Readonly<Record<string, unknown>>): string => String(headers['x-amz-target']);

async function evidenceOf(run: Run, server: ScriptedServer): Promise<string | undefined> {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const options = { endpoint: server.url, region: 'eu-central-1', credentials, maxAttempts: 1 };
  const watch = createTaskWatch({
    ecs: new ECSClient(options),
    executions: createExecutions(new SFNClient(options)),
    clock: { now: () => new Date(NOW), monotonic: () => 0 },
  });
  return await watch.evidenceOfDeath(run);
}

describe('whether the task of a runner is dead', () => {
  it.each(['PROVISIONING', 'PENDING', 'RUNNING', 'DEPROVISIONING', 'STOPPING'])(
    'may live while ECS calls it %s',
    async (lastStatus) => {
      await using server = await awsSaying({ json: { tasks: [{ taskArn: TASK, lastStatus }] } });
      expect(await evidenceOf(RUN, server)).toBeUndefined();
      expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ cluster: 'deployments', tasks: [TASK] });
    },
  );

  it('may still write for two minutes after it stopped, and not a moment longer', async () => {
    await using young = await awsSaying(stopped(119_999));
    expect(await evidenceOf(RUN, young)).toBeUndefined();
    await using old = await awsSaying(
      stopped(120_000, { stopCode: 'EssentialContainerExited', stoppedReason: 'OutOfMemoryError' }),
    );
    expect(await evidenceOf(RUN, old)).toBe(
      `the task ${TASK} stopped at 2026-11-01T11:58:00.000Z (EssentialContainerExited: OutOfMemoryError)`,
    );
  });

  it('may live where ECS says STOPPED and not since when', async () => {
    await using server = await awsSaying({ json: { tasks: [{ taskArn: TASK, lastStatus: 'STOPPED' }] } });
    expect(await evidenceOf(RUN, server)).toBeUndefined();
  });

  it('a reason is cut to what fits a message', async () => {
    await using server = await awsSaying(stopped(600_000, { stoppedReason: 'x'.repeat(10_000) }));
    expect((await evidenceOf(RUN, server))?.length).toBeLessThan(700);
  });

  it.each([
    ['SUCCEEDED', true],
    ['FAILED', true],
    ['TIMED_OUT', true],
    ['ABORTED', true],
    ['RUNNING', false],
  ])('one that ECS has forgotten (MISSING), whose execution is %s, is dead: %s', async (status, dead) => {
    await using server = await awsSaying(MISSING, execution(status));
    const evidence = await evidenceOf(RUN, server);
    expect(evidence).toBe(
      dead
        ? `ECS does not know the task ${TASK} any more, and the execution ${EXECUTION} is over`
        : undefined,
    );
  });

  it('one whose cluster was deleted is dead when its execution is over, and the evidence says so', async () => {
    const gone = { status: 400, json: { __type: 'ClusterNotFoundException', message: 'Cluster not found.' } };
    await using server = await awsSaying(gone, execution('FAILED'));
    expect(await evidenceOf(RUN, server)).toBe(
      `ECS does not know the cluster deployments of the task ${TASK} any more, and the execution ${EXECUTION} is over`,
    );
    await using running = await awsSaying(gone, execution('RUNNING'));
    expect(await evidenceOf(RUN, running)).toBeUndefined();
  });

  it('that ECS refuses to say it is no evidence, and does not pass with time', async () => {
    const denied = { status: 400, json: { __type: 'AccessDeniedException', message: 'not yours' } };
    await using server = await awsSaying(denied);
    await expect(evidenceOf(RUN, server)).rejects.toMatchObject({
      code: 'ServiceUnreachable',
      message: `Asking ECS for the task ${TASK} was refused (AccessDeniedException): not yours`,
    });
  });

  it('one that ECS has forgotten is dead when Step Functions has forgotten its execution too', async () => {
    const forgotten = { status: 400, json: { __type: 'ExecutionDoesNotExist', message: 'no' } };
    await using server = await awsSaying(MISSING, forgotten);
    expect(await evidenceOf(RUN, server)).toContain('is over');
  });

  it('one that ECS has forgotten may live where no execution is known', async () => {
    const { execution: _, ...lone } = RUN;
    await using server = await awsSaying(MISSING);
    expect(await evidenceOf(lone, server)).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  it.each([undefined, 'web', 'arn:aws:ecs:eu-central-1:123456789012:task/0123456789abcdef'])(
    'nobody is asked about %j, which names no task and cluster',
    async (task) => {
      await using server = await awsSaying(MISSING, execution('FAILED'));
      const { task: _, ...rest } = RUN;
      expect(await evidenceOf(task === undefined ? rest : { ...rest, task }, server)).toBeUndefined();
      expect(server.requests).toEqual([]);
    },
  );

  it('that nobody could be asked is no evidence', async () => {
    const away = { status: 503, json: { __type: 'ServerException' } };
    await using noEcs = await awsSaying(away);
    await expect(evidenceOf(RUN, noEcs)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    await using noStates = await awsSaying(MISSING, away);
    await expect(evidenceOf(RUN, noStates)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});
