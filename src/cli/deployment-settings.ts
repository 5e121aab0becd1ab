import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProviderMirror } from '../adapters/terraform-cli/cli-config.ts';
import type { RequestPorts, RunPorts } from '../application/deployments/ports.ts';
import type { Runner } from '../domain/deployment-request/life-cycle.ts';
import { SyncError } from '../domain/errors.ts';
import { holdSecret } from '../domain/secrets/redaction.ts';
import type { DeploymentKinds } from '../ports/deployment-kinds.ts';
import type { DeploymentSecrets } from '../ports/deployment-secrets.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import type { RunnerWatch } from '../ports/runner-watch.ts';
import type { OptionSpec, VariableSpec } from './command-spec.ts';
import { systemClock } from './composition.ts';
import type { CliIo, Environment } from './io.ts';
import {
  defaultLedgerFile,
  LEDGER_OPTION,
  LEDGER_VARIABLES,
  openLedger,
  readLedgerFile,
} from './ledger-settings.ts';
import { type OutputSettings, readOutputSettings } from './settings.ts';
import type { SettingsReader } from './settings-reader.ts';
import { OUTPUT_OPTIONS } from './shared-options.ts';

export const DEPLOYMENT_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--data <dir>',
    description: 'where deployments lie (default: provider-sync/deployments in the user’s state folder)',
  },
  { flags: '--requests <table>', description: 'dynamodb://TABLE (default: requests.sqlite in --data)' },
  LEDGER_OPTION,
  ...OUTPUT_OPTIONS,
];

export const KINDS_OPTION: OptionSpec = {
  flags: '--kinds <place>',
  description:
    'the catalogue of kinds: a folder, or s3://BUCKET/PREFIX (default: the one that came with this program)',
};

export const STORE_OPTION: OptionSpec = {
  flags: '--store <place>',
  description: 's3://BUCKET or s3://BUCKET/PREFIX for states, plans and logs (default: --data)',
};

export const RUNNER_OPTIONS: readonly OptionSpec[] = [
  KINDS_OPTION,
  STORE_OPTION,
  {
    flags: '--mirror <place>',
    description: 'the network mirror that providers come from: a folder or an https address',
  },
  {
    flags: '--secrets <place>',
    description: 'ssm:/PREFIX for secrets in Parameter Store (default: a folder in --data)',
  },
  { flags: '--terraform <program>', description: 'the program (default: terraform)' },
];

export const DEPLOYMENT_VARIABLES: readonly VariableSpec[] = [
  { name: 'PROVIDER_SYNC_DEPLOYMENTS', description: 'as --data' },
  { name: 'PROVIDER_SYNC_REQUESTS', description: 'as --requests' },
  { name: 'PROVIDER_SYNC_STORE', description: 'as --store' },
  { name: 'PROVIDER_SYNC_KINDS', description: 'as --kinds' },
  { name: 'PROVIDER_SYNC_MIRROR', description: 'as --mirror' },
  { name: 'PROVIDER_SYNC_SECRETS', description: 'as --secrets' },
  {
    name: 'PROVIDER_SYNC_STORE_KEY',
    description:
      'ARN of the KMS key for --store and --secrets in AWS (default: the bucket’s and the account’s)',
  },
  ...LEDGER_VARIABLES,
];

export interface DeploymentSettings extends OutputSettings {
  readonly data: string;
  /** A file, or the name of a table in DynamoDB. */
  readonly requests: { readonly file: string } | { readonly table: string };
  readonly ledger: string;
  readonly kinds: string;
  readonly store: { readonly bucket: string; readonly prefix: string } | undefined;
}

export interface RunnerSettings extends DeploymentSettings {
  readonly mirror: ProviderMirror;
  /** Below which parameters secrets lie; undefined where they lie in --data. */
  readonly secrets?: string | undefined;
  readonly program: string;
}

const TABLE = /^dynamodb:\/\/([A-Za-z0-9_.-]{3,255})$/;
const STORE_KEY = 'PROVIDER_SYNC_STORE_KEY';
const PARAMETERS = /^ssm:((?:\/[A-Za-z0-9_.-]+){1,10})$/;
const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/;

export function readDeploymentSettings(reader: SettingsReader, environment: Environment): DeploymentSettings {
  const either = (flag: string, variable: string) => reader.option(flag) ?? reader.variable(variable);
  const data = path.resolve(either('--data', 'PROVIDER_SYNC_DEPLOYMENTS')?.value ?? defaultData(environment));
  const named = either('--requests', 'PROVIDER_SYNC_REQUESTS');
  const table = named && TABLE.exec(named.value)?.[1];
  if (named !== undefined && table === undefined) {
    reader.note({
      path: named.from,
      message: `is "${named.value}"`,
      fix: 'Write dynamodb:// and the name of a table.',
    });
  }
  const kinds = either('--kinds', 'PROVIDER_SYNC_KINDS')?.value ?? catalogue();
  const place = either('--store', 'PROVIDER_SYNC_STORE');
  const [, bucket, prefix = ''] = (place && BUCKET.exec(place.value)) ?? [];
  if (place !== undefined && bucket === undefined) {
    reader.note({
      path: place.from,
      message: `is "${place.value}"`,
      fix: 'Write s3://BUCKET or s3://BUCKET/PREFIX.',
    });
  }
  return {
    ...readOutputSettings(reader),
    data,
    requests: table === undefined ? { file: path.join(data, 'requests.sqlite') } : { table },
    ledger: readLedgerFile(reader) ?? defaultLedgerFile(environment),
    kinds: BUCKET.test(kinds) ? kinds : path.resolve(kinds),
    store: bucket === undefined ? undefined : { bucket, prefix: prefix.replace(/\/+$/, '') },
  };
}

export function readRunnerSettings(reader: SettingsReader, environment: Environment): RunnerSettings {
  const settings = readDeploymentSettings(reader, environment);
  const place = reader.option('--mirror') ?? reader.variable('PROVIDER_SYNC_MIRROR');
  const program = reader.option('--terraform')?.value ?? 'terraform';
  const parameters = reader.option('--secrets') ?? reader.variable('PROVIDER_SYNC_SECRETS');
  const secrets = parameters && PARAMETERS.exec(parameters.value)?.[1];
  if (parameters !== undefined && secrets === undefined) {
    reader.note({ path: parameters.from, message: `is "${parameters.value}"`, fix: 'Write ssm:/PREFIX.' });
  }
  if (place === undefined) {
    reader.note({
      path: '--mirror',
      message: 'is missing',
      fix: 'Name the mirror that the synchronizer fills: a folder, or an https address.',
    });
  }
  const value = place?.value ?? '';
  if (!/^[a-z]+:\/\//.test(value))
    return { ...settings, program, secrets, mirror: { kind: 'folder', path: path.resolve(value) } };
  if (!value.startsWith('https://')) {
    reader.note({
      path: place?.from ?? '--mirror',
      message: `is "${value}"`,
      fix: 'Terraform reads a mirror over https alone.',
    });
  }
  const url = `${value.replace(/\/+$/, '')}/`;
  return { ...settings, program, secrets, mirror: { kind: 'network', url } };
}

function defaultData(environment: Environment): string {
  const state = environment['XDG_STATE_HOME'];
  const folder =
    state !== undefined && path.isAbsolute(state)
      ? state
      : path.join(environment['HOME'] ?? homedir(), '.local', 'state');
  return path.join(folder, 'provider-sync', 'deployments');
}

/** The catalogue that lies beside this program, in its sources as in its package. */
export function catalogue(): string {
  for (const up of ['..', '../..', '../../..']) {
    const folder = fileURLToPath(new URL(`${up}/terraform/kinds`, import.meta.url));
    if (existsSync(folder)) return folder;
  }
  return 'terraform/kinds';
}

/** Everything that changes or reads requests, open for as long as `use` runs. */
export async function withRequests<R>(
  settings: DeploymentSettings,
  io: CliIo,
  use: (
    ports: RequestPorts & { readonly kinds: DeploymentKinds; readonly store: DeploymentStore },
  ) => Promise<R>,
): Promise<R> {
  await using stack = new AsyncDisposableStack();
  return await use(await requestPorts(settings, io, stack));
}

async function requestPorts(settings: DeploymentSettings, io: CliIo, stack: AsyncDisposableStack) {
  const requests = await openRequests(settings, stack);
  const ledger = stack.adopt(await openLedger(settings.ledger), (each) => each.close());
  return {
    requests,
    ledger,
    clock: systemClock,
    kinds: await openKinds(settings, io.environment, stack),
    store: await openStore(settings, io.environment, stack),
    whenNotKept: (error: unknown) =>
      io.stderr.write(
        `Warning: the ledger did not take what happened (${error instanceof Error ? error.message : String(error)}). ` +
          '"provider-sync deployments monitor" hands it on.\n',
      ),
  };
}

async function openRequests({ requests }: DeploymentSettings, stack: AsyncDisposableStack) {
  if ('file' in requests) {
    const { openSqliteRequests } = await import('../adapters/sqlite-deployments/requests.ts');
    return stack.adopt(await openSqliteRequests(requests), (table) => table.close());
  }
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const { createDynamoRequests } = await import('../adapters/dynamodb-deployments/requests.ts');
  const dynamodb = stack.adopt(new DynamoDBClient({}), (client) => client.destroy());
  return createDynamoRequests({ dynamodb, tableName: requests.table });
}

/** The catalogue, in a folder or in a bucket. */
export async function openKinds(
  { kinds }: DeploymentSettings,
  environment: Environment,
  stack: AsyncDisposableStack,
): Promise<DeploymentKinds> {
  const [, bucket, prefix = ''] = BUCKET.exec(kinds) ?? [];
  if (bucket === undefined) {
    const { createFolderKinds } = await import('../adapters/folder-deployments/kinds.ts');
    return createFolderKinds(kinds);
  }
  const { createS3Kinds } = await import('../adapters/aws/s3-deployment-kinds.ts');
  const { s3 } = await openS3(environment, stack);
  return createS3Kinds({ s3, bucket, prefix: prefix.replace(/\/+$/, '') });
}

async function openS3(environment: Environment, stack: AsyncDisposableStack) {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  const s3 = stack.adopt(new S3Client(endpoint === undefined ? {} : { forcePathStyle: true }), (client) =>
    client.destroy(),
  );
  return { s3, endpoint };
}

async function openStore(
  { data, store }: DeploymentSettings,
  environment: Environment,
  stack: AsyncDisposableStack,
): Promise<DeploymentStore> {
  if (store === undefined) {
    const { createFolderDeployments } = await import('../adapters/folder-deployments/store.ts');
    return createFolderDeployments(data);
  }
  const { createS3Deployments } = await import('../adapters/aws/s3-deployment-store.ts');
  const { s3, endpoint } = await openS3(environment, stack);
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  return createS3Deployments({ s3, ...store, region, endpoint, kmsKeyId: environment[STORE_KEY] });
}

/** Everything that runs, open for as long as `use` runs. */
export async function withRunner<R>(
  settings: RunnerSettings,
  io: CliIo,
  use: (ports: RunPorts) => Promise<R>,
): Promise<R> {
  await using stack = new AsyncDisposableStack();
  const ports = await requestPorts(settings, io, stack);
  const { createTerraform } = await import('../adapters/terraform-cli/terraform.ts');
  return await use({
    ...ports,
    secrets: await openSecrets(settings, io.environment, stack),
    watch: await openWatch(stack),
    every: (milliseconds, tick) => {
      const timer = setInterval(tick, milliseconds);
      return () => clearInterval(timer);
    },
    terraform: createTerraform({
      program: settings.program,
      root: path.join(settings.data, 'work'),
      mirror: settings.mirror,
      environment: terraformEnvironment(io.environment),
      graceMs: GRACE_MS,
    }),
  });
}

async function openSecrets(
  { data, secrets }: RunnerSettings,
  environment: Environment,
  stack: AsyncDisposableStack,
): Promise<DeploymentSecrets> {
  if (secrets === undefined) {
    const { createFolderSecrets } = await import('../adapters/folder-deployments/secrets.ts');
    return createFolderSecrets(path.join(data, 'secrets'));
  }
  const { SSMClient } = await import('@aws-sdk/client-ssm');
  const { createParameterSecrets } = await import('../adapters/aws/parameter-secrets.ts');
  const ssm = stack.adopt(new SSMClient({}), (client) => client.destroy());
  return createParameterSecrets({ ssm, prefix: secrets, kmsKeyId: environment[STORE_KEY] });
}

/** Knows the processes of this machine, and of ECS's tasks when one is asked for. */
async function openWatch(stack: AsyncDisposableStack): Promise<RunnerWatch> {
  const { createLocalWatch } = await import('../adapters/folder-deployments/watch.ts');
  const local = createLocalWatch();
  return {
    evidenceOfDeath: async (run) => {
      if (run.task === undefined) return await local.evidenceOfDeath(run);
      const [{ ECSClient }, { SFNClient }, { createTaskWatch }, { createExecutions }] = await Promise.all([
        import('@aws-sdk/client-ecs'),
        import('@aws-sdk/client-sfn'),
        import('../adapters/aws/task-watch.ts'),
        import('../adapters/aws/executions.ts'),
      ]);
      const ecs = stack.adopt(new ECSClient({}), (client) => client.destroy());
      const sfn = stack.adopt(new SFNClient({}), (client) => client.destroy());
      const tasks = createTaskWatch({ ecs, executions: createExecutions(sfn), clock: systemClock });
      return await tasks.evidenceOfDeath(run);
    },
  };
}

/** Fargate kills a task 120 seconds after it asked it to stop: what is there by then must be saved. */
const GRACE_MS = 100_000;

/** All that Terraform and its providers get to know of this process's environment. */
const PASSED_ON = [
  'TMPDIR',
  'SSL_CERT_FILE',
  'AWS_CA_BUNDLE',
  'HTTPS_PROXY',
  'NO_PROXY',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
];
const SECRETS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'];

function terraformEnvironment(environment: Environment): Readonly<Record<string, string>> {
  for (const name of SECRETS) holdSecret(environment[name] ?? '');
  const passed = PASSED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // The sample provider is a script of the Node that runs this.
  const search = [path.dirname(process.execPath), environment['PATH'] ?? ''].join(path.delimiter);
  return { ...Object.fromEntries(passed), PATH: search };
}

/** This process, as a run's record names it. */
export async function thisRunner(environment: Environment): Promise<Runner> {
  const host = hostname();
  const execution = environment['PROVIDER_SYNC_EXECUTION'];
  const metadata = environment['ECS_CONTAINER_METADATA_URI_V4'];
  let task = environment['PROVIDER_SYNC_TASK'];
  if (task === undefined && metadata !== undefined) {
    const { readOwnTask } = await import('../adapters/aws/own-task.ts');
    task = await readOwnTask(metadata);
  }
  return {
    runner: `${host}:${process.pid}:${randomBytes(4).toString('hex')}`,
    host,
    pid: process.pid,
    ...(task === undefined ? {} : { task }),
    ...(execution === undefined ? {} : { execution }),
  };
}

/** The operand that every command about one deployment has. */
export function requireOperand(operands: readonly string[], index = 0): string {
  const operand = operands[index];
  if (operand !== undefined) return operand;
  throw new SyncError('InternalError', 'An argument is missing, and nothing said so.');
}
