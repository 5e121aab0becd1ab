import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, CONFIG_KEY } from '../../scripts/stand-ins/aws-resources.ts';
import { type StandIns, startStandIns } from '../../scripts/stand-ins/world.ts';
import { createS3MirrorStore } from '../../src/adapters/aws/s3-mirror-store.ts';
import type { Happenings } from '../../src/domain/catalogue/form/happenings.ts';
import type { Overview } from '../../src/domain/catalogue/form/overview.ts';
import type { Pointer } from '../../src/domain/catalogue/form/pointer.ts';
import { LINUX, mirrorWorld } from '../support/bottles/mirror-world.ts';
import { ledgerTable } from '../support/ledger-table.ts';
import { mirrorClientView } from '../support/mirror-client.ts';
import { privatePath, registryApi } from '../support/registries.ts';
import { borrowMoto } from '../support/run-client.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';
import type { Json } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { lambdaContext, realTaskHandlers } from './support/lambda.ts';
import { stepFunctions, type TaskHandlers } from './support/state-machine.ts';

const tools = await deploymentTools();

const MIRROR = 'acme-providers';
const ANVIL = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };
const CONFIG = {
  destinations: [
    { name: 'hcp', kind: 'private-registry' },
    { name: 'mirror', kind: 'network-mirror', location: `s3://${MIRROR}/team/mirror` },
  ],
  providers: [
    {
      provider: 'anvil',
      namespace: 'acme',
      version: '~> 1.0',
      platforms: [
        { os: 'linux', arch: 'amd64' },
        { os: 'darwin', arch: 'arm64' },
      ],
    },
  ],
};

const UP_TO_DATE = { providers: 1, outcomes: { 'up-to-date': 1 }, bytes: 0 };
const BOTTLES_MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:bottles';

describe.skipIf(!tools)('one execution for several destinations (needs Python and pip)', () => {
  let standIns: StandIns;
  let handlers: TaskHandlers;
  /** In the place of Step Functions: what the last state of an execution was given. */
  let history: ScriptedServer;
  let lastInput = '';
  const tasks: string[] = [];
  /** What people were told of. */
  const told: Json[] = [];

  beforeAll(async () => {
    if (!tools) return;
    standIns = await startStandIns({ startMoto: () => borrowMoto(tools.program('moto_server')) });
    for (const [name, value] of Object.entries(standIns.environment)) process.env[name] = value;
    await standIns.aws.s3.send(new CreateBucketCommand({ Bucket: MIRROR }));
    handlers = await realTaskHandlers((task, payload) => {
      tasks.push(task);
      if (task === 'NotifyFailures') told.push(payload);
    });
    history = await scriptedServer(() => ({
      json: {
        events: [
          { id: 2, timestamp: 1, type: 'ExecutionFailed', executionFailedEventDetails: {} },
          { id: 1, timestamp: 1, type: 'FailStateEntered', stateEnteredEventDetails: { input: lastInput } },
        ],
      },
    }));
  }, 120_000);
  afterAll(async () => {
    await history?.[Symbol.asyncDispose]();
    await standIns?.close();
  });

  async function execute(config: object = CONFIG) {
    tasks.length = 0;
    await standIns.uploadConfig(config);
    return await stepFunctions(handlers).start({ bucket: BUCKET, key: CONFIG_KEY }).done;
  }

  const mirrored = async () =>
    await mirrorClientView(async (key) => {
      const input = { Bucket: MIRROR, Key: `team/mirror/${key}` };
      const answer = await standIns.aws.s3.send(new GetObjectCommand(input)).catch(() => undefined);
      return await answer?.Body?.transformToByteArray();
    }, ANVIL);

  const get = async (path: string) => {
    const input = { Bucket: MIRROR, Key: `team/mirror/catalogue/${path}` };
    return await standIns.aws.s3.send(new GetObjectCommand(input)).catch(() => undefined);
  };
  const json = async <T>(path: string) =>
    JSON.parse((await (await get(path))?.Body?.transformToString()) ?? 'null') as T;
  /** As EventBridge tells it. */
  const ended = (input: unknown, more: object = {}) => ({
    source: 'aws.states',
    detail: {
      executionArn: 'arn:of:the:run',
      status: 'SUCCEEDED',
      startDate: 1_795_680_000_000,
      stopDate: 1_795_680_060_000,
      input: JSON.stringify(input),
      output: JSON.stringify(UP_TO_DATE),
      ...more,
    },
  });

  it('fills a private registry and a mirror in S3, and finds both up to date the next time', async () => {
    const first = await execute();
    expect(first).toMatchObject({ output: { providers: 1, outcomes: { published: 1 } } });
    expect(first.output.bytes).toBeGreaterThan(0);
    const { document } = await registryApi({ url: standIns.privateUrl, token: standIns.token }).call(
      'GET',
      privatePath('anvil', '1.2.0'),
    );
    expect(document.data.attributes).toMatchObject({
      'shasums-uploaded': true,
      'shasums-sig-uploaded': true,
    });
    expect((await mirrored()).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      '1.2.0 darwin_arm64',
      '1.2.0 linux_amd64',
    ]);
    expect(tasks).toContain('DownloadAndUpload');

    expect(await execute()).toEqual({ output: UP_TO_DATE });
    expect(tasks).not.toContain('DownloadAndUpload');
  });

  it('has the catalogue of it all written beside the mirror by the function that follows the runs', async () => {
    Object.assign(process.env, {
      CATALOGUE_BUCKET: MIRROR,
      CATALOGUE_PREFIX: 'team/mirror/catalogue',
      LEDGER_TABLE: 'ledger',
      BOTTLES_BUCKET: MIRROR,
      BOTTLES_PREFIX: 'brew',
      BOTTLES_STATE_MACHINE_ARN: BOTTLES_MACHINE,
      AWS_ENDPOINT_URL_SFN: history.url,
      POWERTOOLS_DEV: 'true',
      LOG_LEVEL: 'ERROR',
    });
    const dynamodb = new DynamoDBClient({});
    await dynamodb.send(new CreateTableCommand(await ledgerTable('ledger')));
    dynamodb.destroy();
    const { handler } = await import('../../src/handlers/write-catalogue.ts');

    const page = ended({ run: { executionId: 'arn:of:the:run' } });
    expect(await handler(page, lambdaContext())).toEqual({ outcome: 'page' });
    expect(await get('catalogue.json')).toBeUndefined();

    const run = ended({ bucket: BUCKET, key: CONFIG_KEY });
    expect(await handler(run, lambdaContext())).toMatchObject({ outcome: 'written', providers: 1 });
    const pointer = await json<Pointer>('catalogue.json');
    expect(pointer.made.run).toBe('arn:of:the:run');
    const overview = await json<Overview>(pointer.overview);
    expect(overview.providers).toMatchObject([
      { address: 'registry.terraform.io/acme/anvil', newest: '1.2.0', destinations: [0, 1] },
    ]);
    expect(overview.destinations.map(({ client }) => client)).toMatchObject([
      { kind: 'private-registry', organization: expect.any(String) },
      { kind: 'network-mirror', url: '../', folder: null },
    ]);
    const { runs } = await json<Happenings>(pointer.happenings);
    expect(runs).toMatchObject([
      { id: 'arn:of:the:run', what: 'sync', ok: true, durationMs: 60_000, outcomes: { 'up-to-date': 1 } },
    ]);
    const html = await get('index.html');
    expect([html?.ContentType, html?.CacheControl]).toEqual(['text/html; charset=utf-8', 'no-cache']);
    for (const asset of pointer.assets) {
      expect((await get(asset))?.CacheControl).toBe('public, max-age=31536000, immutable');
    }

    // The mirror is what it was: for its clients, and for the next run.
    expect(await mirrored()).toHaveLength(2);
    expect(await execute()).toEqual({ output: UP_TO_DATE });
    expect(tasks).not.toContain('DownloadAndUpload');
  });

  it('shows in it what each provider of a run came to that failed, and who they are', async () => {
    const { handler } = await import('../../src/handlers/write-catalogue.ts');
    const stapler = {
      provider: 'stapler',
      namespace: 'initech',
      platforms: [{ os: 'windows', arch: 'amd64' }],
    };
    const broken = { ...stapler, 'gpg-key-id': '34365D9472D7468F' };
    const { error } = await execute({ ...CONFIG, providers: [...CONFIG.providers, broken] });
    expect(error?.name).toBe('ProvidersFailed');
    // The Fail state's input, by which an execution of Step Functions ends.
    lastInput = JSON.stringify({ report: { progress: { digest: told.at(-1)?.digest } } });
    const failed = { status: 'FAILED', output: null, error: error?.name, cause: error?.cause };
    const event = ended(
      { bucket: BUCKET, key: CONFIG_KEY },
      { ...failed, executionArn: 'arn:of:the:failed' },
    );
    expect(await handler(event, lambdaContext())).toMatchObject({ outcome: 'written' });
    expect(history.requests.map(({ body }) => JSON.parse(body))).toMatchObject([
      { executionArn: 'arn:of:the:failed', reverseOrder: true },
    ]);
    const { runs } = await json<Happenings>((await json<Pointer>('catalogue.json')).happenings);
    expect(runs.find(({ id }) => id === 'arn:of:the:failed')).toMatchObject({
      ok: false,
      outcomes: { failed: 1, 'up-to-date': 1 },
      failures: [
        {
          address: 'registry.terraform.io/initech/stapler',
          code: 'SigningKeyNotPinned',
          message: expect.stringContaining('34365D9472D7468F'),
        },
      ],
    });
  });

  it('shows in it the bottles of the config, once a run of theirs has ended', async () => {
    const { handler } = await import('../../src/handlers/write-catalogue.ts');
    await using world = await mirrorWorld();
    const store = createS3MirrorStore({ s3: standIns.aws.s3, bucket: MIRROR, prefix: 'brew' });
    const { summary } = await world.sync(store);
    const { bottles: brought, fetched, bytes } = summary;
    const bottles = { formulae: ['hello'], tags: [LINUX], destination: `s3://${MIRROR}/brew` };
    await standIns.uploadConfig({ ...CONFIG, bottles });
    const output = JSON.stringify({ ok: true, outcome: 'published', bottles: brought, fetched, bytes });
    const run = { executionArn: 'arn:of:the:bottles', stateMachineArn: BOTTLES_MACHINE, output };
    await handler(ended({}, run), lambdaContext());
    const pointer = await json<Pointer>('catalogue.json');
    const overview = await json<Overview>(pointer.overview);
    expect(overview.bottles).toContainEqual({
      name: 'hello',
      version: '1.0',
      tags: [LINUX],
      destinations: [2],
      bytes: expect.any(Number),
    });
    expect(overview.destinations[2]).toMatchObject({ name: 'bottles', kind: 'bottles' });
    const { runs } = await json<Happenings>(pointer.happenings);
    expect(runs.find(({ id }) => id === 'arn:of:the:bottles')).toMatchObject({
      what: 'bottles',
      ok: true,
      outcomes: { fetched },
      bytes,
    });

    // A mirror that the function may not read is said to be missing.
    await standIns.uploadConfig({
      ...CONFIG,
      bottles: { ...bottles, destination: 's3://another-mirror/brew' },
    });
    await handler({}, lambdaContext());
    const after = await json<Overview>((await json<Pointer>('catalogue.json')).overview);
    expect(after.bottles).toEqual([]);
    expect(after.missing).toContainEqual(expect.stringContaining('s3://another-mirror/brew'));
  });
});
