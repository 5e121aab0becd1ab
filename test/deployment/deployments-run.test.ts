import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { REGION } from '../../scripts/stand-ins/aws-resources.ts';
import { approvePlan, askDestroy, askRetry } from '../../src/application/deployments/requests.ts';
import { motoIsHere } from '../adapters/aws/support.ts';
import { type AwsDeployments, DEPLOYMENTS_BUCKET } from '../support/deployments/aws-world.ts';
import { placesOf, wrongWith } from '../support/deployments/workflow-left.ts';
import {
  makeWorkflowWorld,
  type RunningTask,
  STORE_KEY,
  TASK_ARN,
  type WorkflowWorld,
} from '../support/deployments/workflow-world.ts';
import { makeNotesMirror } from '../support/deployments/world.ts';
import { terraformIsHere } from '../support/terraform.ts';
import type { Json } from './support/cloudformation.ts';

const PASSWORD = 'correct-horse-battery-staple';
const PARAMETER = '/provider-sync/deployments/inputs/notes';

/** Does something to a task when it has said a text, once. */
const whenSaid =
  (text: string, doing: (task: RunningTask) => void) =>
  (task: RunningTask): void => {
    const look = (): void => {
      if (!task.said().includes(text)) return;
      task.child.stderr?.off('data', look);
      doing(task);
    };
    task.child.stderr?.on('data', look);
  };

/** The real definitions, functions, runner and Terraform; moto and two small servers stand for AWS. */
describe.skipIf(!motoIsHere || !terraformIsHere)(
  'deployments on AWS (needs Python, pip and terraform)',
  { timeout: 240_000 },
  () => {
    let mirror: Awaited<ReturnType<typeof makeNotesMirror>>;
    let world: WorkflowWorld;
    let aws: AwsDeployments;
    let ssm: SSMClient;

    beforeAll(async () => {
      mirror = await makeNotesMirror();
      world = await makeWorkflowWorld({ mirror });
      ({ aws } = world);
      for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
        vi.spyOn(console, level).mockImplementation((line) => void world.output.push(String(line)));
      }
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
      ssm = new SSMClient({ endpoint: aws.moto.url, region: REGION, credentials });
      await ssm.send(new PutParameterCommand({ Name: PARAMETER, Value: PASSWORD, Type: 'SecureString' }));
    }, 180_000);
    afterAll(async () => {
      ssm?.destroy();
      for (const each of [mirror, world]) await each?.[Symbol.asyncDispose]();
    });

    const ports = () => ({
      requests: aws.requests,
      clock: { now: () => new Date(), monotonic: () => performance.now() },
    });
    const ask = async (id: string, inputs: Json = {}, approval = false): Promise<void> => {
      const own = { folder: world.notesOf(id), password: `ssm:${PARAMETER}`, ...inputs };
      await aws.ask(id, 'example', own, approval);
    };
    /** What holds after everything that may happen, and is written nowhere. */
    const expectSound = async (id: string): Promise<void> => {
      expect(await wrongWith(world, id)).toEqual([]);
      expect(await placesOf(world, id, PASSWORD)).toEqual([]);
    };
    const destroy = async (id: string): Promise<void> => {
      await askDestroy(ports(), id, 'bob', false);
      expect(await world.carryOut(id)).toEqual({ output: { id, status: 'DESTROYED' } });
      await expectSound(id);
    };

    it('are deployed with an approval in between, and destroyed, from the mirror alone', async () => {
      await ask('web', { manner: 'telling' }, true);
      let waits = 0;
      const deployed = await world.carryOut('web', {
        onLook: async ({ next }) => {
          if (next !== 'wait') return;
          waits += 1;
          if (waits !== 2) return;
          const { run } = await aws.read('web');
          expect(await world.existing('web')).toEqual([]);
          await expect(approvePlan(ports(), 'web', 'f'.repeat(64), 'eve')).rejects.toMatchObject({
            code: 'DeploymentConflict',
          });
          await approvePlan(ports(), 'web', run?.plan?.sha256 ?? '', 'bob');
        },
      });
      const request = await aws.read('web');
      expect(request.failure).toBeUndefined();
      expect(deployed).toEqual({ output: { id: 'web', status: 'DEPLOYED' } });
      expect(waits).toBe(2);
      expect(request).toMatchObject({
        status: 'DEPLOYED',
        generation: 3,
        run: {
          task: `${TASK_ARN}task-2`,
          execution: expect.stringMatching(/:web-deploy-1$/),
          approval: { by: 'bob', usedAt: expect.any(String) },
        },
        outputs: {
          password: { sensitive: true, reference: 'ssm:/provider-sync/deployments/outputs/web/password' },
        },
      });
      expect(await world.existing('web')).toEqual(['web-first.json', 'web-second.json']);
      await expectSound('web');
      // The provider told the secret, and nobody heard it.
      expect(world.output.join('\n')).toContain('The password of web-first is');
      const kept = '/provider-sync/deployments/outputs/web/password';
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: kept, WithDecryption: true }));
      expect(Parameter).toMatchObject({ Type: 'SecureString', Value: JSON.stringify(PASSWORD) });

      await askDestroy(ports(), 'web', 'bob', false);
      let approved = false;
      const destroyed = await world.carryOut('web', {
        onLook: async ({ next }) => {
          if (next !== 'wait' || approved) return;
          approved = true;
          await approvePlan(ports(), 'web', (await aws.read('web')).run?.plan?.sha256 ?? '', 'bob');
        },
      });
      expect(destroyed).toEqual({ output: { id: 'web', status: 'DESTROYED' } });
      await expectSound('web');
      const state = { Bucket: DEPLOYMENTS_BUCKET, Key: 'state/web/terraform.tfstate' };
      expect(await aws.moto.clients.s3.send(new HeadObjectCommand(state))).toMatchObject({
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: STORE_KEY,
      });
      // The state stays, empty; the plans are gone, and so is the lock.
      const { Versions = [], DeleteMarkers = [] } = await aws.moto.clients.s3.send(
        new ListObjectVersionsCommand({ Bucket: DEPLOYMENTS_BUCKET }),
      );
      const latest = Versions.filter(({ IsLatest }) => IsLatest).map(({ Key = '' }) => Key);
      expect(latest).toContain('state/web/terraform.tfstate');
      expect(latest.filter((key) => /^(?:plans\/|.*\.tflock$)/.test(key))).toEqual([]);
      expect(DeleteMarkers.length).toBeGreaterThan(0);
      // Nobody was asked for a provider but the mirror.
      expect(world.outside()).toBe(0);
    });

    it('end as lost when the task is killed in an apply, are mailed, and a retry succeeds', async () => {
      await ask('killed', { seconds: 3 });
      const lost = await world.carryOut('killed', {
        onTask: whenSaid('Creating...', (task) => void task.kill()),
      });
      expect(lost.error?.name).toBe('RunnerLost');
      const request = await aws.read('killed');
      expect(request).toMatchObject({ status: 'FAILED', failure: { code: 'RunnerLost' } });
      expect(request.failure?.message).toContain('OutOfMemoryError');
      expect(request.state?.unsettled.length).toBeGreaterThan(0);
      await expectSound('killed');
      const mails = await aws.mails();
      expect(mails).toHaveLength(1);
      expect(mails[0]?.Subject).toBe('Deployment killed could not be deployed: RunnerLost');
      expect(mails[0]?.Message).toMatch(/Execution: https:\/\/.*killed-deploy-1/);

      await askRetry(ports(), 'killed', 'ada');
      expect(await world.carryOut('killed')).toEqual({ output: { id: 'killed', status: 'DEPLOYED' } });
      expect(world.output.join('\n')).toContain('is broken: the task ');
      await expectSound('killed');
    });

    it('stop when ECS stops the task in a destroy, say what is left, and a retry succeeds', async () => {
      await askDestroy(ports(), 'killed', 'ada', false);
      const stopped = await world.carryOut('killed', {
        onTask: whenSaid('Destroying...', (task) => task.stop()),
      });
      expect(stopped.error?.name).toBe('Interrupted');
      // The provider gave up what it was at; Terraform was asked once, and saved its state.
      expect(await aws.read('killed')).toMatchObject({
        status: 'FAILED',
        state: { resources: 2, unsettled: [] },
      });
      await expectSound('killed');
      await askRetry(ports(), 'killed', 'ada');
      expect(await world.carryOut('killed')).toEqual({ output: { id: 'killed', status: 'DESTROYED' } });
      await expectSound('killed');
    });

    it('fail before Terraform is started when a provider is not mirrored', async () => {
      const empty = await mkdtemp(join(tmpdir(), 'provider-sync-empty-'));
      await ask('unmirrored');
      const failed = await world.carryOut('unmirrored', { environment: { PROVIDER_SYNC_MIRROR: empty } });
      expect(failed.error).toMatchObject({
        name: 'DeploymentInvalid',
        cause: expect.stringContaining('The mirror does not offer the providers'),
      });
      await expectSound('unmirrored');
      await destroy('unmirrored');
      await rm(empty, { recursive: true });
    });

    it('takes up what the stream never told, and finds nothing else', async () => {
      await ask('forgotten');
      const forgotten = await aws.read('forgotten');
      const before = new Date(Date.now() - 10 * 60_000).toISOString();
      await aws.requests.replace({ ...forgotten, revision: 2, updatedAt: before }, 1);
      const monitored = await world.functions.monitor({});
      expect(monitored).toMatchObject({ swept: [{ id: 'forgotten', what: 'started' }], findings: [] });
      expect(await aws.executions('deploy')).toContain('forgotten-deploy-1');
    });
  },
);
