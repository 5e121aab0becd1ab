import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { REGION } from '../../scripts/stand-ins/aws-resources.ts';
import {
  approvePlan,
  askDestroy,
  askRetry,
  cancelDeployment,
} from '../../src/application/deployments/requests.ts';
import { motoIsHere } from '../adapters/aws/support.ts';
import { type ChaosProxy, type Fault, startChaosProxy } from '../support/chaos-proxy.ts';
import { type AwsDeployments, DEPLOYMENTS_BUCKET } from '../support/deployments/aws-world.ts';
import { NO_STATES, NOTHING_WRITTEN } from '../support/deployments/refusals.ts';
import { placesOf, wrongWith } from '../support/deployments/workflow-left.ts';
import {
  type Happenings,
  makeWorkflowWorld,
  type RunningTask,
  STORE_KEY,
  TASK_ARN,
  type WorkflowWorld,
} from '../support/deployments/workflow-world.ts';
import { makeNotesMirror } from '../support/deployments/world.ts';
import { terraformIsHere } from '../support/terraform.ts';
import type { Json } from './support/cloudformation.ts';
import type { Execution } from './support/state-machine.ts';

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

/** A kind of which a run may take a minute. */
async function shortKind(kinds: string): Promise<void> {
  await cp(join(kinds, 'example'), join(kinds, 'example-short'), { recursive: true });
  const file = join(kinds, 'example-short', 'kind.json');
  const kind = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...kind, limits: { ...kind.limits, minutes: 1 } }));
}

/** The real definitions, functions, runner and Terraform; moto and two small servers stand for AWS. */
describe.skipIf(!motoIsHere || !terraformIsHere)(
  'deployments on AWS (needs Python, pip and terraform)',
  { timeout: 400_000 },
  () => {
    let mirror: Awaited<ReturnType<typeof makeNotesMirror>>;
    let world: WorkflowWorld;
    let aws: AwsDeployments;
    let ssm: SSMClient;
    let hung: Promise<Execution>;
    /** Step Functions, whose answers may be lost, and S3, which may refuse to write. */
    let states: ChaosProxy;
    let objects: ChaosProxy;

    beforeAll(async () => {
      mirror = await makeNotesMirror();
      await shortKind(mirror.kinds);
      world = await makeWorkflowWorld({ mirror });
      ({ aws } = world);
      for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
        vi.spyOn(console, level).mockImplementation((line) => void world.output.push(String(line)));
      }
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
      ssm = new SSMClient({ endpoint: aws.moto.url, region: REGION, credentials });
      await ssm.send(new PutParameterCommand({ Name: PARAMETER, Value: PASSWORD, Type: 'SecureString' }));
      [states, objects] = await Promise.all([
        startChaosProxy({ target: aws.moto.url }),
        startChaosProxy({ target: aws.moto.url }),
      ]);
      process.env['AWS_ENDPOINT_URL_SFN'] = states.url;
      // It takes its minute while others run.
      await ask('hung', { seconds: 600 }, false, 'example-short');
      await world.functions.trigger({ Records: await world.recordsOf('hung') });
      hung = world.execute(await aws.read('hung'));
      hung.catch(() => {});
    }, 180_000);
    afterAll(async () => {
      delete process.env['AWS_ENDPOINT_URL_SFN'];
      await hung?.catch(() => {});
      ssm?.destroy();
      for (const each of [states, objects]) await each?.close();
      for (const each of [mirror, world]) await each?.[Symbol.asyncDispose]();
    });

    const ports = () => ({
      requests: aws.requests,
      clock: { now: () => new Date(), monotonic: () => performance.now() },
    });
    const ask = async (id: string, inputs: Json = {}, approval = false, kind = 'example'): Promise<void> => {
      const own = { folder: world.notesOf(id), password: `ssm:${PARAMETER}`, ...inputs };
      await aws.ask(id, kind, own, approval);
    };
    const approve = async (id: string): Promise<void> => {
      await approvePlan(ports(), id, (await aws.read(id)).run?.plan?.sha256 ?? '', 'bob');
    };
    /** Does something the first time that a plan waits for its approval. */
    const whenWaiting = (id: string, doing: () => Promise<unknown>): NonNullable<Happenings['onLook']> => {
      let done = false;
      return async ({ next }) => {
        const { run } = await aws.read(id);
        if (done || next !== 'wait' || run?.stage !== 'awaiting-approval') return;
        done = true;
        await doing();
      };
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
          task: expect.stringContaining(TASK_ARN),
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
      const destroyed = await world.carryOut('web', {
        onLook: whenWaiting('web', () => approve('web')),
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
      expect(latest.filter((key) => /^(?:plans\/web-|state\/web\/.*\.tflock$)/.test(key))).toEqual([]);
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
      const mails = (await aws.mails()).filter(({ Subject }) => Subject.includes('killed'));
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

    it('begin once, however often the stream tells of it, whatever answer is lost and whoever else runs it', async () => {
      await ask('told', { seconds: 1 });
      const Records = await world.recordsOf('told');
      const [first] = Records;
      states.addFaults({ times: Number.POSITIVE_INFINITY, action: { kind: 'lose-answer' } });
      expect(await world.functions.trigger({ Records })).toEqual({
        batchItemFailures: [{ itemIdentifier: first?.dynamodb.SequenceNumber }],
      });
      states.clearFaults();
      const tenTimes = { Records: Array.from({ length: 10 }, () => first) };
      expect(await world.functions.trigger(tenTimes)).toEqual({ batchItemFailures: [] });
      const ofTold = async () => (await aws.executions('deploy')).filter((name) => name.startsWith('told-'));
      expect(await ofTold()).toEqual(['told-deploy-1']);
      // Two workflows for one state, and so two tasks: one of them has the row.
      const request = await aws.read('told');
      const both = await Promise.all([world.execute(request), world.execute(request)]);
      const deployed = { output: { id: 'told', status: 'DEPLOYED' } };
      expect(both).toEqual([deployed, deployed]);
      await expectSound('told');
      expect(await world.functions.trigger(tenTimes)).toEqual({ batchItemFailures: [] });
      expect(await ofTold()).toEqual(['told-deploy-1']);
      expect((await aws.read('told')).generation).toBe(3);
      expect((await world.journal('told')).filter(({ what }) => what === 'created')).toHaveLength(2);
    });

    it('lose nothing where the store refuses to write in the middle of an apply', async () => {
      await ask('refused', { seconds: 1 });
      const refusingIn = async (fault: Fault) => {
        const ended = await world.carryOut('refused', {
          environment: { AWS_ENDPOINT_URL_S3: objects.url },
          onTask: whenSaid('Creating...', () => objects.addFaults(fault)),
        });
        objects.clearFaults();
        await expectSound('refused');
        return ended;
      };
      // Not even what Terraform saved can be kept, and the task's disk is gone.
      expect((await refusingIn(NOTHING_WRITTEN)).error?.name).toBe('TerraformFailed');
      expect((await aws.read('refused')).state?.unsettled).toHaveLength(2);
      await askRetry(ports(), 'refused', 'ada');
      // The provider takes over what is there; the state is kept beside its place.
      expect((await refusingIn(NO_STATES)).error?.name).toBe('TerraformFailed');
      expect((await aws.read('refused')).state).toMatchObject({ resources: 2, unsettled: [] });
      await askRetry(ports(), 'refused', 'ada');
      expect(await world.carryOut('refused')).toEqual({ output: { id: 'refused', status: 'DEPLOYED' } });
      await expectSound('refused');
      await destroy('refused');
    });

    it('apply no plan that is stale, and stop at every stage when they are cancelled', async () => {
      const id = 'changed';
      const cancel = () => cancelDeployment(ports(), id, 'eve');
      const failingWith = async (code: string, happenings: Happenings): Promise<void> => {
        await askRetry(ports(), id, 'ada');
        expect((await world.carryOut(id, happenings)).error?.name).toBe(code);
        expect(await world.existing(id)).toEqual([]);
        await expectSound(id);
      };
      await ask(id, { seconds: 3 }, true);
      await cancel();
      // What was pending is over before anything was started.
      expect(await world.functions.trigger({ Records: await world.recordsOf(id) })).toEqual({
        batchItemFailures: [],
      });
      expect(await aws.executions('deploy')).not.toContain('changed-deploy-1');
      await failingWith('DeploymentCancelled', { onTask: () => void cancel() });
      await failingWith('DeploymentCancelled', { onLook: whenWaiting(id, cancel) });
      const moveOn = async (): Promise<void> => {
        await approve(id);
        const Body = JSON.stringify({ version: 4, serial: 5, lineage: 'other', outputs: {}, resources: [] });
        const Key = `state/${id}/terraform.tfstate`;
        await aws.moto.clients.s3.send(new PutObjectCommand({ Bucket: DEPLOYMENTS_BUCKET, Key, Body }));
      };
      await failingWith('PlanStale', { onLook: whenWaiting(id, moveOn) });
      await failingWith('DeploymentCancelled', {
        onLook: whenWaiting(id, async () => {
          await approve(id);
          await cancel();
        }),
      });
      await failingWith('DeploymentCancelled', {
        onLook: whenWaiting(id, () => approve(id)),
        onTask: whenSaid('Creating...', () => void cancel()),
      });
    });

    it('keep a log of a few MB of a provider that says 100', async () => {
      const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
      await ask('loud', { manner: 'chatty', names });
      expect(await world.carryOut('loud')).toEqual({ output: { id: 'loud', status: 'DEPLOYED' } });
      await expectSound('loud');
      const Key = `logs/${(await aws.read('loud')).run?.id}.log`;
      const log = await aws.moto.clients.s3.send(new GetObjectCommand({ Bucket: DEPLOYMENTS_BUCKET, Key }));
      const text = (await log.Body?.transformToString()) ?? '';
      expect(text.length).toBeLessThan(9_000_000);
      expect(text).toContain('n0 loud-n0');
      expect(text).toContain('(cut)');
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

    it('stop what hangs at the limit of its kind, and can be destroyed', async () => {
      expect((await hung).error).toEqual({
        name: 'TerraformFailed',
        cause: 'The run was stopped: it took more than the 1 minutes that its kind allows.',
      });
      expect(await world.existing('hung')).toEqual([]);
      await expectSound('hung');
      await destroy('hung');
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
