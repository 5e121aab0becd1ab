import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { REGION } from '../../scripts/stand-ins/aws-resources.ts';
import { approvePlan, askDestroy, askRetry } from '../../src/application/deployments/requests.ts';
import { motoIsHere } from '../adapters/aws/support.ts';
import { type AwsDeployments, awsDeployments, DEPLOYMENTS_BUCKET } from '../support/deployments/aws-world.ts';
import { makeNotesMirror } from '../support/deployments/world.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';
import { terraformIsHere } from '../support/terraform.ts';
import type { Json } from './support/cloudformation.ts';
import { executeWorkflow, type Workflow } from './support/deployments-machine.ts';
import { lambdaContext } from './support/lambda.ts';

const KEY = `arn:aws:kms:${REGION}:123456789012:key/0b5c1cb0-1111-4222-8333-444455556666`;
const CLOCK = { now: () => new Date(), monotonic: () => performance.now() };
const ssmClient = (endpoint: string) =>
  new SSMClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
const TASK = `arn:aws:ecs:${REGION}:123456789012:task/deployments/`;

/** As a task of Fargate goes: everything in it at once. */
function killAll({ pid = 0 }: ChildProcess): void {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      parents.set(Number(entry), Number(fields[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const doomed = [pid];
  for (const each of doomed) {
    doomed.push(...[...parents].filter(([, parent]) => parent === each).map(([child]) => child));
  }
  for (const each of doomed) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}

/** The real definitions, functions, runner and Terraform; moto and two small servers stand for AWS. */
describe.skipIf(!motoIsHere || !terraformIsHere)(
  'deployments on AWS (needs Python, pip and terraform)',
  { timeout: 240_000 },
  () => {
    let mirror: Awaited<ReturnType<typeof makeNotesMirror>>;
    let aws: AwsDeployments;
    let ecs: ScriptedServer;
    let metadata: ScriptedServer;
    let folder = '';
    let notes = '';
    const proxy = createServer((socket) => {
      outside += 1;
      socket.destroy();
    });
    let outside = 0;
    let tasks = 0;
    const output: string[] = [];
    type Handler = (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;
    let functions: Record<'trigger' | 'follow' | 'notify' | 'monitor', (event: unknown) => Promise<Json>>;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'provider-sync-aws-run-'));
      notes = join(folder, 'notes');
      mirror = await makeNotesMirror();
      aws = await awsDeployments(mirror.kinds);
      metadata = await scriptedServer(({ path }) => ({ json: { TaskARN: `${TASK}${path.split('/')[1]}` } }));
      ecs = await scriptedServer(({ body }) => ({
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify({
          tasks: [
            {
              taskArn: JSON.parse(body).tasks[0],
              lastStatus: 'STOPPED',
              stoppedAt: Date.now() / 1000 - 600,
              stopCode: 'EssentialContainerExited',
              stoppedReason: 'OutOfMemoryError',
            },
          ],
        }),
      }));
      proxy.listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      Object.assign(process.env, aws.environment, { AWS_ENDPOINT_URL_ECS: ecs.url });
      for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
        vi.spyOn(console, level).mockImplementation((line) => void output.push(String(line)));
      }
      const load = async (name: string): Promise<(event: unknown) => Promise<Json>> => {
        const { handler } = (await import(`../../src/handlers/deployments/${name}.ts`)) as {
          handler: Handler;
        };
        return (event) => handler(event, lambdaContext(60_000));
      };
      functions = {
        trigger: await load('trigger'),
        follow: await load('follow'),
        notify: await load('notify'),
        monitor: await load('monitor'),
      };
    }, 180_000);
    afterAll(async () => {
      delete process.env['AWS_ENDPOINT_URL_ECS'];
      proxy.close();
      for (const each of [mirror, aws, ecs, metadata]) await each?.[Symbol.asyncDispose]();
      if (folder !== '') await rm(folder, { recursive: true, force: true });
    });

    /** A task of ECS: a machine of its own, with an empty disk, that runs the image's command. */
    async function runTask(parameters: Json, onChild: (child: ChildProcess) => void): Promise<Json> {
      tasks += 1;
      const disk = join(folder, `task-${tasks}`);
      const [{ Command, Environment }] = parameters.Overrides.ContainerOverrides;
      const own = Object.fromEntries(Environment.map(({ Name, Value }: Json) => [Name, Value]));
      const { address, port } = proxy.address() as { address: string; port: number };
      const child = spawn(process.execPath, ['src/cli/main.ts', ...Command], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...aws.environment,
          ...own,
          AWS_ENDPOINT_URL_ECS: ecs.url,
          PATH: process.env['PATH'] ?? '',
          HOME: disk,
          HTTPS_PROXY: `http://${address}:${port}`,
          NO_PROXY: '127.0.0.1',
          ECS_CONTAINER_METADATA_URI_V4: `${metadata.url}/task-${tasks}`,
          PROVIDER_SYNC_DEPLOYMENTS: disk,
          PROVIDER_SYNC_REQUESTS: 'dynamodb://deployments',
          PROVIDER_SYNC_STORE: `s3://${DEPLOYMENTS_BUCKET}`,
          PROVIDER_SYNC_KINDS: `s3://${DEPLOYMENTS_BUCKET}/catalogue`,
          PROVIDER_SYNC_SECRETS: 'ssm:/provider-sync/deployments',
          PROVIDER_SYNC_STORE_KEY: KEY,
          PROVIDER_SYNC_LEDGER: join(folder, 'ledger.sqlite'),
          PROVIDER_SYNC_MIRROR: mirror.mirror,
        },
      });
      child.stdout.on('data', (chunk) => output.push(String(chunk)));
      child.stderr.on('data', (chunk) => output.push(String(chunk)));
      onChild(child);
      const [code] = await once(child, 'close');
      const task = { TaskArn: `${TASK}task-${tasks}`, StopCode: 'EssentialContainerExited' };
      if (code === 0) return task;
      throw Object.assign(new Error(JSON.stringify(task)), { name: 'States.TaskFailed' });
    }

    /** What the stream tells, through trigger and workflow. */
    async function carryOut(
      workflow: Workflow,
      id: string,
      onLook: (step: Json) => Promise<void> = async () => {},
      onChild: (child: ChildProcess) => void = () => {},
    ) {
      const Records = (await aws.stream()).filter(({ dynamodb }) => dynamodb.Keys.id.S === id);
      expect(await functions.trigger({ Records })).toEqual({ batchItemFailures: [] });
      const { generation } = await aws.read(id);
      const name = `${id}-${workflow === 'deploy' ? 'deploy' : 'destroy'}-${generation}`;
      expect(await aws.executions(workflow)).toContain(name);
      return await executeWorkflow(
        workflow,
        {
          follow: async (payload) => {
            const step = await functions.follow(payload);
            await onLook(step);
            return step;
          },
          notify: functions.notify,
          runTask: (parameters) => runTask(parameters, onChild),
        },
        { name, input: { id, generation, action: workflow }, waitMs: 50 },
      );
    }

    const ports = () => ({ requests: aws.requests, clock: CLOCK });
    const existing = async () => (await readdir(notes)).filter((name) => name.endsWith('.json')).toSorted();

    it('deploys with an approval in between, and destroys, from the mirror alone', async () => {
      const secret = 'correct-horse-battery-staple';
      const ssm = ssmClient(aws.moto.url);
      const Name = '/provider-sync/deployments/inputs/notes';
      await ssm.send(new PutParameterCommand({ Name, Value: secret, Type: 'SecureString' }));
      await aws.ask('web', 'example', { folder: notes, password: `ssm:${Name}` }, true);
      let waits = 0;
      const deployed = await carryOut('deploy', 'web', async ({ next }) => {
        if (next !== 'wait') return;
        waits += 1;
        if (waits !== 2) return;
        const { run } = await aws.read('web');
        expect(await existing().catch(() => [])).toEqual([]);
        await expect(approvePlan(ports(), 'web', 'f'.repeat(64), 'eve')).rejects.toMatchObject({
          code: 'DeploymentConflict',
        });
        await approvePlan(ports(), 'web', run?.plan?.sha256 ?? '', 'bob');
      });
      const request = await aws.read('web');
      expect(request.failure).toBeUndefined();
      expect(deployed).toEqual({ output: { id: 'web', status: 'DEPLOYED' } });
      expect(waits).toBe(2);
      expect(request).toMatchObject({
        status: 'DEPLOYED',
        generation: 3,
        run: {
          task: `${TASK}task-2`,
          execution: expect.stringMatching(/:web-deploy-1$/),
          approval: { by: 'bob', usedAt: expect.any(String) },
        },
        outputs: {
          password: { sensitive: true, reference: 'ssm:/provider-sync/deployments/outputs/web/password' },
        },
      });
      expect(await existing()).toEqual(['web-first.json', 'web-second.json']);

      const kept = '/provider-sync/deployments/outputs/web/password';
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: kept, WithDecryption: true }));
      ssm.destroy();
      expect(Parameter).toMatchObject({ Type: 'SecureString', Value: JSON.stringify(secret) });
      expect(JSON.stringify(request)).not.toContain(secret);
      expect(output.join('\n')).not.toContain(secret);

      await askDestroy(ports(), 'web', 'bob', false);
      let approved = false;
      const destroyed = await carryOut('cleanup', 'web', async ({ next }) => {
        if (next !== 'wait' || approved) return;
        approved = true;
        await approvePlan(ports(), 'web', (await aws.read('web')).run?.plan?.sha256 ?? '', 'bob');
      });
      expect(destroyed).toEqual({ output: { id: 'web', status: 'DESTROYED' } });
      expect(await existing()).toEqual([]);
      const state = { Bucket: DEPLOYMENTS_BUCKET, Key: 'state/web/terraform.tfstate' };
      expect(await aws.moto.clients.s3.send(new HeadObjectCommand(state))).toMatchObject({
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: KEY,
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
      expect(outside).toBe(0);
    });

    it('ends a run whose task was killed in an apply, mails it, and the retry succeeds', async () => {
      await aws.ask('killed', 'example', { folder: notes, seconds: 3 });
      let child: ChildProcess | undefined;
      const heard: string[] = [];
      const lost = await carryOut(
        'deploy',
        'killed',
        async () => {},
        (started) => {
          child = started;
          started.stderr?.on('data', (chunk) => {
            heard.push(String(chunk));
            if (!heard.join('').includes('Creating...') || child === undefined) return;
            killAll(child);
            child = undefined;
          });
        },
      );
      expect(lost.error?.name).toBe('RunnerLost');
      const request = await aws.read('killed');
      expect(request).toMatchObject({ status: 'FAILED', failure: { code: 'RunnerLost' } });
      expect(request.failure?.message).toContain('OutOfMemoryError');
      expect(request.state?.unsettled.length).toBeGreaterThan(0);
      const mails = await aws.mails();
      expect(mails).toHaveLength(1);
      expect(mails[0]?.Subject).toBe('Deployment killed could not be deployed: RunnerLost');
      expect(mails[0]?.Message).toMatch(/Execution: https:\/\/.*killed-deploy-1/);

      await askRetry(ports(), 'killed', 'ada');
      const again = await carryOut('deploy', 'killed');
      expect(again).toEqual({ output: { id: 'killed', status: 'DEPLOYED' } });
      expect(output.join('\n')).toContain('is broken: the task ');
      expect(await existing()).toEqual(['killed-first.json', 'killed-second.json']);
    });

    it('takes up what the stream never told, and finds nothing else', async () => {
      await aws.ask('forgotten', 'example', { folder: notes });
      const forgotten = await aws.read('forgotten');
      const before = new Date(Date.now() - 10 * 60_000).toISOString();
      await aws.requests.replace({ ...forgotten, revision: 2, updatedAt: before }, 1);
      expect(await functions.monitor({})).toMatchObject({ swept: [{ id: 'forgotten', what: 'started' }] });
      expect(await aws.executions('deploy')).toContain('forgotten-deploy-1');
    });
  },
);
