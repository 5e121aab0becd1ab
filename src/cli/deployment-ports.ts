import path from 'node:path';
import type { RequestPorts, RunPorts } from '../application/deployments/ports.ts';
import type { DeploymentKinds } from '../ports/deployment-kinds.ts';
import type { DeploymentSecrets } from '../ports/deployment-secrets.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import type { RunnerWatch } from '../ports/runner-watch.ts';
import { systemClock } from './composition.ts';
import { BUCKET, type DeploymentSettings, type RunnerSettings } from './deployment-settings.ts';
import type { CliIo, Environment } from './io.ts';
import { openLedger } from './ledger-settings.ts';
import { terraformEnvironment } from './runner-process.ts';

const STORE_KEY = 'PROVIDER_SYNC_STORE_KEY';
/** Fargate kills a task 120 seconds after it asked it to stop: what is there by then must be saved. */
const GRACE_MS = 100_000;

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
