import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTemplate } from '../../../delivery/cloudformation/template.ts';
import { REGION } from '../../../scripts/stand-ins/aws-resources.ts';
import type { NotesMirror } from '../../../scripts/stand-ins/notes-mirror.ts';
import type { DeploymentRequest } from '../../../src/domain/deployment-request/request.ts';
import type { Json, Template } from '../../deployment/support/cloudformation.ts';
import { executeWorkflow, type Workflow } from '../../deployment/support/deployments-machine.ts';
import { lambdaContext } from '../../deployment/support/lambda.ts';
import type { PipelineWorld } from '../../deployment/support/ledger-pipeline.ts';
import type { Execution } from '../../deployment/support/state-machine.ts';
import { BUILT_COMMAND } from '../built-command.ts';
import { scriptedServer } from '../scripted-server.ts';
import {
  type AwsDeployments,
  awsDeployments,
  DEPLOYMENTS_BUCKET,
  REQUESTS_TABLE,
  type StreamRecord,
} from './aws-world.ts';
import { killAllIn } from './processes.ts';

export const STORE_KEY = `arn:aws:kms:${REGION}:123456789012:key/0b5c1cb0-1111-4222-8333-444455556666`;
export const TASK_ARN = `arn:aws:ecs:${REGION}:123456789012:task/deployments/`;
/** Fargate kills what it asked to stop, after the task definition's `stopTimeout`. */
const STOP_TIMEOUT_MS = 120_000;

type FunctionName = 'trigger' | 'follow' | 'notify' | 'monitor';

/** A task of ECS while it runs. */
export interface RunningTask {
  readonly arn: string;
  /** Its first process: what `docker stop` signals. */
  readonly child: ChildProcess;
  /** Everything that it has said so far. */
  said(): string;
  /** As Fargate goes without a word: everything in it at once. */
  kill(): Promise<void>;
  /** As Fargate stops a task: SIGTERM to its first process, and after two minutes the end. */
  stop(): void;
}

/** What happens while a workflow goes on. */
export interface Happenings {
  /** Told what each look said, before the workflow goes on. */
  readonly onLook?: (step: Json) => Promise<void>;
  readonly onTask?: (task: RunningTask) => void;
  /** Beside what every task has, as an address of S3 that refuses. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface WorkflowWorld extends AsyncDisposable {
  readonly aws: AwsDeployments;
  readonly functions: Record<FunctionName, (event: unknown) => Promise<Json>>;
  readonly folder: string;
  /** Everything that functions and tasks wrote. */
  readonly output: string[];
  /** How many asked for something outside of AWS and the mirror. */
  outside(): number;
  /** How many tasks were started. */
  tasks(): number;
  /** What the stream tells of `id` since this, or `carryOut`, asked before. */
  recordsOf(id: string): Promise<readonly StreamRecord[]>;
  /** Hands what the stream tells of `id` to the trigger, and runs the workflow that it starts to its end. */
  carryOut(id: string, happenings?: Happenings): Promise<Execution>;
  /** Runs a workflow by its name once more, as the trigger would have started it. */
  execute(request: DeploymentRequest, happenings?: Happenings): Promise<Execution>;
  /** Runs the workflow that looks for drift; `runTask` in the place of its task. */
  lookForDrift(name: string, runTask?: () => Promise<Json>): Promise<Execution>;
  /** Where the notes of a deployment lie, those that exist, and everything that ever happened to one. */
  notesOf(id: string): string;
  existing(id: string): Promise<readonly string[]>;
  journal(id: string): Promise<readonly { readonly what: string; readonly name: string }[]>;
  /** All that the ledger has. */
  told(): Promise<string>;
}

export interface WorkflowOptions {
  readonly mirror: Pick<NotesMirror, 'mirror' | 'kinds'>;
  /** The program's file that a task runs; the built one when it is not given. */
  readonly program?: string;
  /** The ledger that the functions tell; without it the runner tells one of its own. */
  readonly pipeline?: Pick<PipelineWorld, 'moto' | 'topicArn' | 'entries'>;
}

/** The real definitions, functions, runner and Terraform; moto and two small servers stand for AWS. */
export async function makeWorkflowWorld(options: WorkflowOptions): Promise<WorkflowWorld> {
  const { mirror, program, pipeline } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-aws-run-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  const aws = stack.use(await awsDeployments(mirror.kinds, pipeline?.moto));
  const metadata = stack.use(
    await scriptedServer(({ path }) => ({ json: { TaskARN: `${TASK_ARN}${path.split('/')[1]}` } })),
  );
  const running = new Set<string>();
  const ecs = stack.use(
    await scriptedServer(({ body }) => ({
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ tasks: [describeTask(JSON.parse(body).tasks[0], running)] }),
    })),
  );
  let outside = 0;
  const proxy = createServer((socket) => {
    outside += 1;
    socket.destroy();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  stack.defer(() => void proxy.close());
  const { address, port } = proxy.address() as { address: string; port: number };

  Object.assign(process.env, aws.environment, { AWS_ENDPOINT_URL_ECS: ecs.url });
  stack.defer(() => void delete process.env['AWS_ENDPOINT_URL_ECS']);
  if (pipeline !== undefined) {
    process.env['LEDGER_TOPIC_ARN'] = pipeline.topicArn;
    stack.defer(() => void delete process.env['LEDGER_TOPIC_ARN']);
  }
  const ledgerFile = join(folder, 'ledger.sqlite');
  const output: string[] = [];
  const functions = {
    trigger: await loadFunction('trigger'),
    follow: await loadFunction('follow'),
    notify: await loadFunction('notify'),
    monitor: await loadFunction('monitor'),
  };
  let tasks = 0;

  /** A machine of its own, with an empty disk, that runs the image's command. */
  async function runTask(parameters: Json, { onTask, environment }: Happenings): Promise<Json> {
    tasks += 1;
    const arn = `${TASK_ARN}task-${tasks}`;
    const disk = join(folder, `task-${tasks}`);
    const [{ Command = definedCommand(parameters.TaskDefinition), Environment }] =
      parameters.Overrides.ContainerOverrides;
    const own = Object.fromEntries(Environment.map(({ Name, Value }: Json) => [Name, Value]));
    running.add(arn);
    const { PATH = '', COMPILED_COMMANDS, TMPDIR = tmpdir() } = process.env;
    const child = spawn(process.execPath, [program ?? BUILT_COMMAND, ...Command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...aws.environment,
        ...own,
        ...(COMPILED_COMMANDS === undefined ? {} : { NODE_COMPILE_CACHE: COMPILED_COMMANDS }),
        AWS_ENDPOINT_URL_ECS: ecs.url,
        PATH,
        TMPDIR,
        HOME: disk,
        HTTPS_PROXY: `http://${address}:${port}`,
        NO_PROXY: '127.0.0.1',
        ECS_CONTAINER_METADATA_URI_V4: `${metadata.url}/task-${tasks}`,
        PROVIDER_SYNC_DEPLOYMENTS: disk,
        PROVIDER_SYNC_REQUESTS: `dynamodb://${REQUESTS_TABLE}`,
        PROVIDER_SYNC_STORE: `s3://${DEPLOYMENTS_BUCKET}`,
        PROVIDER_SYNC_KINDS: `s3://${DEPLOYMENTS_BUCKET}/catalogue`,
        PROVIDER_SYNC_SECRETS: 'ssm:/provider-sync/deployments',
        PROVIDER_SYNC_STORE_KEY: STORE_KEY,
        ...(pipeline === undefined ? { PROVIDER_SYNC_LEDGER: ledgerFile } : {}),
        PROVIDER_SYNC_MIRROR: mirror.mirror,
        ...environment,
      },
    });
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      output.push(chunk.toString());
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await killAllIn(disk);
    };
    let stopping: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      stopping = setTimeout(() => void kill(), STOP_TIMEOUT_MS);
    };
    onTask?.({ arn, child, said: () => said, kill, stop });
    const [code] = await once(child, 'close');
    clearTimeout(stopping);
    // With its first process a container ends, whatever else runs in it.
    await killAllIn(disk);
    running.delete(arn);
    await rm(disk, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    const task = { TaskArn: arn, StopCode: 'EssentialContainerExited' };
    if (code === 0) return task;
    throw Object.assign(new Error(JSON.stringify(task)), { name: 'States.TaskFailed' });
  }

  const execute = async (
    { id, generation, status }: DeploymentRequest,
    happenings: Happenings = {},
  ): Promise<Execution> => {
    const workflow: Workflow = status === 'PENDING_DESTROY' ? 'cleanup' : 'deploy';
    const action = workflow === 'deploy' ? 'deploy' : 'destroy';
    return await executeWorkflow(
      workflow,
      {
        follow: async (payload) => {
          const step = await functions.follow(payload);
          await happenings.onLook?.(step);
          return step;
        },
        notify: functions.notify,
        runTask: (parameters) => runTask(parameters, happenings),
      },
      { name: `${id}-${action}-${generation}`, input: { id, generation, action }, waitMs: 50 },
    );
  };
  const untold: StreamRecord[] = [];
  const recordsOf = async (id: string): Promise<readonly StreamRecord[]> => {
    untold.push(...(await aws.news()));
    const own = untold.filter(({ dynamodb }) => dynamodb.Keys.id.S === id);
    untold.splice(0, untold.length, ...untold.filter((record) => !own.includes(record)));
    return own;
  };
  const notesOf = (id: string): string => join(folder, 'notes', id);
  const owned = stack.move();
  return {
    aws,
    functions,
    folder,
    output,
    outside: () => outside,
    tasks: () => tasks,
    recordsOf,
    execute,
    carryOut: async (id, happenings) => {
      const { batchItemFailures } = await functions.trigger({ Records: await recordsOf(id) });
      if (batchItemFailures.length > 0) throw new Error(`The trigger put ${id} back.`);
      const request = await aws.read(id);
      const name = `${id}-${request.wanted}-${request.generation}`;
      const started = await aws.executions(request.wanted === 'deploy' ? 'deploy' : 'cleanup');
      if (!started.includes(name)) throw new Error(`The trigger did not start ${name}.`);
      return await execute(request, happenings);
    },
    lookForDrift: (name, instead) =>
      executeWorkflow(
        'drift',
        {
          follow: functions.follow,
          notify: functions.notify,
          runTask: instead ?? ((parameters) => runTask(parameters, {})),
        },
        { name, input: {} },
      ),
    notesOf,
    existing: async (id) => {
      const names = await readdir(notesOf(id)).catch(() => []);
      return names.filter((name) => name.endsWith('.json')).toSorted();
    },
    journal: async (id) => {
      const text = await readFile(join(notesOf(id), 'journal.jsonl'), 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
    told: async () =>
      pipeline === undefined
        ? await readFile(ledgerFile, 'latin1').catch(() => '')
        : JSON.stringify(await pipeline.entries()),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What a task definition of the stack runs where the workflow says nothing else. */
function definedCommand(family: string): readonly string[] {
  const stack = parseTemplate(readFileSync('stacks/deployments.yaml', 'utf8')) as Template;
  const defined = Object.values(stack.Resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::ECS::TaskDefinition' &&
      Properties['Family']['Fn::Sub'] === family.replace(/^deployments/, () => '${Name}'),
  );
  return defined?.Properties['ContainerDefinitions'][0].Command;
}

/** Of one that ended ECS says so at once here, and that it was a while ago: nobody waits two minutes for it. */
function describeTask(taskArn: string, running: ReadonlySet<string>): Json {
  if (running.has(taskArn)) return { taskArn, lastStatus: 'RUNNING' };
  return {
    taskArn,
    lastStatus: 'STOPPED',
    stoppedAt: Date.now() / 1000 - 600,
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'OutOfMemoryError',
  };
}

async function loadFunction(name: FunctionName): Promise<(event: unknown) => Promise<Json>> {
  const { handler } = (await import(`../../../src/handlers/deployments/${name}.ts`)) as {
    handler: (event: unknown, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;
  };
  return (event) => handler(event, lambdaContext(60_000));
}
