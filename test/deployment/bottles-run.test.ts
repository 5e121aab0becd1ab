import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AwsClients, awsClients, REGION } from '../../scripts/stand-ins/aws-resources.ts';
import type { RunningMoto } from '../../scripts/stand-ins/moto.ts';
import { createDynamoLedger } from '../../src/adapters/dynamodb-ledger/ledger.ts';
import { hashText } from '../../src/application/ledger/hash-text.ts';
import type { SampleFormula, SampleWorld } from '../../src/embedded/homebrew/world.ts';
import { type AwsOutages, awsOutages } from '../support/aws-outages.ts';
import { brewInstall } from '../support/bottles/brew-client.ts';
import {
  DAY,
  DAY_1,
  LINUX,
  type MirrorWorld,
  mirrorWorld,
  sampleKey,
} from '../support/bottles/mirror-world.ts';
import { ledgerTable } from '../support/ledger-table.ts';
import { borrowMoto } from '../support/run-client.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';
import { executeBottles } from './support/bottles-machine.ts';
import type { Json } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { drainQueue } from './support/event-bridge.ts';
import { lambdaContext } from './support/lambda.ts';

const tools = await deploymentTools();

const MIRROR = 'acme-homebrew';
const PREFIX = 'brew';
const CONFIGS = 'acme-configs';
const TOPIC = `arn:aws:sns:${REGION}:123456789012:bottles`;
const FACTS_TOPIC = `arn:aws:sns:${REGION}:123456789012:facts`;
const TABLE = 'acme-ledger';
const EXECUTION = `arn:aws:states:${REGION}:123456789012:execution:bottles:`;
const TAGS = [LINUX, 'arm64_sonoma'];

/** 150 formulae with a bottle for each of two systems: 300 bottles. */
const FORMULAE: readonly SampleFormula[] = [
  ...Array.from({ length: 149 }, (_, at) => ({
    name: `formula-${String(at).padStart(3, '0')}`,
    version: '1.0',
    tags: TAGS,
    dependencies: at % 5 === 1 ? ['formula-148'] : [],
  })),
  { name: 'zlib', version: '1.3.1', tags: TAGS },
];
const NAMES = FORMULAE.map(({ name }) => name);
const BROKEN = NAMES.filter((_, at) => at % 10 === 0);

type Damage = (world: Damaged, name: string) => void;
interface Damaged {
  readonly indexes: Map<string, Uint8Array>;
  readonly manifests: Map<string, Uint8Array>;
  readonly blobs: Map<string, Uint8Array>;
}

const parse = (bytes: Uint8Array | undefined): Json => JSON.parse(Buffer.from(bytes ?? []).toString());
const entriesOf = (world: Damaged, name: string): readonly Json[] =>
  parse(world.indexes.get(`${name} 1.0`)).manifests;
const indexWith = (change: (index: Json) => void): Damage => {
  return (world, name) => {
    const index = parse(world.indexes.get(`${name} 1.0`));
    change(index);
    world.indexes.set(`${name} 1.0`, Buffer.from(JSON.stringify(index)));
  };
};
const ofEvery = (change: (world: Damaged, entry: Json, blob: string) => void): Damage => {
  return (world, name) => {
    for (const entry of entriesOf(world, name)) {
      change(world, entry, `sha256:${entry.annotations['sh.brew.bottle.digest']}`);
    }
  };
};

/** What may be wrong with a formula upstream, each another thing. */
const DAMAGES: readonly Damage[] = [
  (world, name) => void world.indexes.delete(`${name} 1.0`),
  (world, name) => void world.indexes.set(`${name} 1.0`, Buffer.from('<html>Sign in</html>')),
  indexWith(({ manifests }) => {
    for (const entry of manifests) entry.annotations['sh.brew.bottle.digest'] = 'f'.repeat(64);
  }),
  indexWith(({ manifests }) => {
    for (const entry of manifests) delete entry.annotations['sh.brew.tab'];
  }),
  indexWith((index) => {
    index.manifests = Array.from({ length: 10_000 }, () => index.manifests[0]);
  }),
  indexWith(({ manifests }) => {
    for (const entry of manifests) entry.annotations['sh.brew.bottle.size'] = '77';
  }),
  ofEvery((world, { digest }) => void world.manifests.delete(digest)),
  ofEvery((world, { digest }) => void world.manifests.set(digest, Buffer.from('{"layers":[]}'))),
  ofEvery((world, _entry, blob) => void world.blobs.delete(blob)),
  ofEvery((world, _entry, blob) => {
    const bytes = Buffer.from(world.blobs.get(blob) ?? []);
    world.blobs.set(blob, Buffer.concat([bytes.subarray(1), Buffer.from('x')]));
  }),
];

function damaged(world: SampleWorld): SampleWorld {
  const copy: Damaged = {
    indexes: new Map(world.indexes),
    manifests: new Map(world.manifests),
    blobs: new Map(world.blobs),
  };
  for (const [at, name] of BROKEN.entries()) DAMAGES[at % DAMAGES.length]?.(copy, name);
  return { ...world, ...copy };
}

/** The chapters build on one another, as the life of a mirror does. */
describe.skipIf(!tools)('a sync of bottles on AWS (needs Python and pip)', { timeout: 300_000 }, () => {
  const task = join(import.meta.dirname, '../../node_modules/.cache/bottles-run', `${process.pid}.mjs`);
  let moto: RunningMoto;
  let aws: AwsClients;
  let world: MirrorWorld;
  let slack: ScriptedServer;
  let outages: AwsOutages;
  let dynamodb: DynamoDBClient;
  let queue = '';
  let facts = '';
  const slackSaid: string[] = [];
  const logged: string[] = [];
  const calls: string[] = [];
  const parameters: Json[] = [];
  let functions: Parameters<typeof executeBottles>[0]['functions'];
  /** Sees every process that stands for a task. */
  let onTask: (child: ReturnType<typeof spawn>, nth: number) => void = () => undefined;
  let executions = 0;

  beforeAll(async () => {
    if (!tools) return;
    moto = await borrowMoto(tools.program('moto_server'));
    aws = awsClients(moto.url);
    world = await mirrorWorld(FORMULAE, DAY_1);
    slack = await scriptedServer(({ body }) => {
      slackSaid.push(body);
      return { status: 200, body: 'ok' };
    });
    // SNS and DynamoDB alone are reached through it.
    outages = await awsOutages(moto.url, { outboxPrefix: `${PREFIX}/facts/` });
    await makeResources();
    await build({
      entryPoints: ['src/handlers/bottles/task.ts'],
      outfile: task,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
    });
    Object.assign(process.env, environment(), {
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_METRICS_DISABLED: 'false',
    });
    for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void logged.push(String(line)));
    }
    functions = await realFunctions();
  }, 120_000);
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await slack?.[Symbol.asyncDispose]();
    await outages?.close();
    dynamodb?.destroy();
    await moto?.close();
  });

  async function makeResources(): Promise<void> {
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    for (const Bucket of [MIRROR, CONFIGS]) {
      await aws.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await aws.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    }
    const statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject' };
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ ...statement, Resource: `arn:aws:s3:::${MIRROR}/*` }],
    });
    // In the place of the VPC endpoint.
    await aws.s3.send(new PutBucketPolicyCommand({ Bucket: MIRROR, Policy }));
    await aws.secrets.send(
      new CreateSecretCommand({ Name: 'slack', SecretString: `${slack.url}/services/T0/B0/secret-part` }),
    );
    const { QueueUrl = '' } = await aws.sqs.send(new CreateQueueCommand({ QueueName: 'messages' }));
    queue = QueueUrl;
    await aws.sns.send(new CreateTopicCommand({ Name: 'bottles' }));
    const Endpoint = `arn:aws:sqs:${REGION}:123456789012:messages`;
    await aws.sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'sqs', Endpoint }));
    // In the place of the ledger's pipeline.
    facts = (await aws.sqs.send(new CreateQueueCommand({ QueueName: 'facts' }))).QueueUrl ?? '';
    await aws.sns.send(new CreateTopicCommand({ Name: 'facts' }));
    const FactsEndpoint = `arn:aws:sqs:${REGION}:123456789012:facts`;
    await aws.sns.send(
      new SubscribeCommand({ TopicArn: FACTS_TOPIC, Protocol: 'sqs', Endpoint: FactsEndpoint }),
    );
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    dynamodb = new DynamoDBClient({ endpoint: moto.url, region: REGION, credentials });
    await dynamodb.send(new CreateTableCommand(await ledgerTable(TABLE)));
  }

  /** What stacks/bottles.yaml tells the functions and the task. */
  function environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: moto.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      POWERTOOLS_SERVICE_NAME: 'bottles',
      POWERTOOLS_METRICS_NAMESPACE: 'ProviderSync',
      MIRROR_BUCKET: MIRROR,
      MIRROR_PREFIX: PREFIX,
      CONFIG_BUCKET: CONFIGS,
      CONFIG_KEY: 'config.json',
      FORMULAE_API_ADDRESS: world.apiUrl,
      BOTTLE_REGISTRY_ADDRESS: world.url,
      API_KEYS: JSON.stringify({ kty: 'RSA', ...sampleKey().publicKey }),
      SNS_TOPIC_ARN: TOPIC,
      SLACK_SECRET_NAME: 'slack',
      LEDGER_TABLE: TABLE,
      LEDGER_TOPIC_ARN: FACTS_TOPIC,
      OUTBOX_BUCKET: MIRROR,
      OUTBOX_PREFIX: `${PREFIX}/facts/`,
      LOG_GROUP: '/aws/lambda/bottles-cleanup',
      AWS_ENDPOINT_URL_SNS: outages.url,
      AWS_ENDPOINT_URL_DYNAMODB: outages.url,
    };
  }

  async function realFunctions(): Promise<typeof functions> {
    const [begin, bring, publish, notify] = await Promise.all([
      import('../../src/handlers/bottles/begin.ts'),
      import('../../src/handlers/bottles/bring.ts'),
      import('../../src/handlers/bottles/publish.ts'),
      import('../../src/handlers/bottles/notify.ts'),
    ]);
    const calling = (name: string, { handler }: { handler: (event: unknown, context: never) => unknown }) => {
      return (payload: Json) => {
        calls.push(name);
        return handler(payload, lambdaContext() as never);
      };
    };
    return {
      Begin: calling('Begin', begin),
      BringBatch: calling('BringBatch', bring),
      Publish: calling('Publish', publish),
      Notify: calling('Notify', notify),
      Abandon: calling('Abandon', publish),
      NotifyFailure: calling('NotifyFailure', notify),
    };
  }

  /** Fargate, as far as a state machine can tell: the container's entry point as a process, and how it ended. */
  async function runTask(state: string, given: Json): Promise<Json> {
    calls.push(state);
    parameters.push(given);
    const [{ Environment }] = given.Overrides.ContainerOverrides;
    const overrides = Object.fromEntries(Environment.map(({ Name, Value }: Json) => [Name, Value]));
    const child = spawn(process.execPath, [task], {
      env: { PATH: process.env['PATH'], ...environment(), ...overrides },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    onTask(child, calls.filter((call) => call.startsWith('RunTask')).length);
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const described = { Containers: [code === null ? {} : { ExitCode: code }], StoppedReason: signal ?? '' };
    if (code === 0) return described;
    throw Object.assign(new Error(JSON.stringify(described)), { name: 'States.TaskFailed' });
  }

  async function configure(bottles: object = {}): Promise<void> {
    const destination = `s3://${MIRROR}/${PREFIX}`;
    const Body = JSON.stringify({ bottles: { formulae: NAMES, tags: TAGS, destination, ...bottles } });
    await aws.s3.send(new PutObjectCommand({ Bucket: CONFIGS, Key: 'config.json', Body }));
  }

  async function execute() {
    executions += 1;
    calls.length = 0;
    slackSaid.length = 0;
    const execution = await executeBottles({ functions, runTask }, `${EXECUTION}run-${executions}`);
    const messages = await drainQueue(aws.sqs, queue);
    return { ...execution, messages, run: `run-${executions}` };
  }

  /** The types of the facts that were published since the last time, and how many there were of each. */
  async function published(): Promise<Readonly<Record<string, number>>> {
    const events = (await drainQueue(aws.sqs, facts)).map(({ Message }) => JSON.parse(Message));
    const unique = new Map(events.map((event) => [event.id, event.type]));
    const types = [...unique.values()].map((type) => type.replace(/^provider-sync\.|\.v1$/g, ''));
    return Object.fromEntries(
      [...Map.groupBy(types, (type) => type)].map(([type, each]) => [type, each.length]),
    );
  }

  async function keys(under: string): Promise<readonly string[]> {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const listing = { Bucket: MIRROR, Prefix: `${PREFIX}/${under}`, ContinuationToken: token };
      const answer = await aws.s3.send(new ListObjectsV2Command(listing));
      found.push(...(answer.Contents ?? []).map(({ Key = '' }) => Key.slice(PREFIX.length + 1)));
      token = answer.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }

  async function document(key: string): Promise<Json> {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: MIRROR, Key: `${PREFIX}/${key}` }));
    return JSON.parse((await Body?.transformToString()) ?? '');
  }

  async function installs(name: string): Promise<string | undefined> {
    const base = `${moto.url}/${MIRROR}/${PREFIX}`;
    const host = { api: `${base}/api`, artifacts: base, tag: LINUX, key: sampleKey().publicKey };
    return (await brewInstall({ ...host, generation: 'internal' }, name)).poured.at(-1);
  }

  it('brings 270 of 300 bottles, of which 30 are broken in ten ways, and publishes nothing', async () => {
    await configure();
    const whole = world.world;
    world.world = damaged(whole);
    const { error, messages, run } = await execute();
    world.world = whole;
    expect(error?.name).toBe('BottlesIncomplete');
    expect(error?.cause).toMatch(/^15 formulae are incomplete, and nothing was published\. The first: /);
    expect((await keys('v2')).filter((key) => key.includes('/blobs/'))).toHaveLength(270);
    expect(await keys('api')).toEqual([]);
    expect(await keys('snapshots')).toEqual([]);
    const codes = new Set<string>();
    for (const key of await keys(`runs/${run}/results`)) {
      for (const each of (await document(key)).outcomes) {
        if (each.outcome === 'failed') codes.add(each.error.code);
        expect(each.outcome === 'failed').toBe(BROKEN.includes(each.bottle.name));
      }
    }
    expect(codes).toEqual(new Set(['ReleaseFileMissing', 'UpstreamResponseInvalid', 'DigestMismatch']));
    expect(messages.map(({ Subject }) => Subject)).toEqual([
      expect.stringMatching(/^Bottles not published: 15 formulae are incomplete/),
    ]);
    expect(slackSaid).toHaveLength(1);
    const [header, ...sections] = JSON.parse(slackSaid[0] ?? '').blocks;
    expect(header).toMatchObject({ type: 'header', text: { type: 'plain_text' } });
    expect(sections.length).toBeGreaterThan(10);
    expect(await document('turns.json')).toEqual({ holders: [] });
    expect(await published()).toEqual({ 'bottle.transferred': 270, 'bottle.failed': 30 });
  });

  it('completes it when upstream is right again: 30 are fetched, and clients see all', async () => {
    const { error, output, messages } = await execute();
    expect(error).toBeUndefined();
    expect(output).toMatchObject({ ok: true, outcome: 'published', bottles: 300, fetched: 30, missing: [] });
    // Nothing is known of bottles before a snapshot names them: each is looked at, and 30 are fetched.
    expect(calls.filter((call) => call === 'BringBatch')).toHaveLength(3);
    expect(await installs('formula-001')).toBe('formula-001 1.0');
    expect(messages[0].Subject).toMatch(/^Bottles published: /);
    expect(messages[0].Message).toContain(encodeURIComponent(EXECUTION));
    expect(await published()).toEqual({ 'bottle.transferred': 30, 'bottles.published': 1 });
    expect(await keys('facts')).toEqual([]);
  });

  it('brings nothing, and tells nobody, when nothing is new', async () => {
    world.requests.length = 0;
    const { output, messages } = await execute();
    expect(output).toMatchObject({ ok: true, outcome: 'up-to-date', fetched: 0 });
    expect(calls).toEqual(['Begin', 'Publish', 'Notify']);
    expect(world.requests.filter((path) => !path.startsWith('/api/'))).toEqual([]);
    expect(messages).toEqual([]);
    expect(slackSaid).toEqual([]);
  });

  it('goes on in another task after Spot took one away, and fetches nothing twice', async () => {
    const next = FORMULAE.map((formula, at) => (at < 3 ? { ...formula, version: '2.0' } : formula));
    await world.publish(next, DAY_1 + DAY);
    await configure({ 'size-threshold': '1B' });
    let asked = 0;
    let running: ReturnType<typeof spawn> | undefined;
    onTask = (child) => {
      running = child;
    };
    world.intercept = (request) => {
      if (!request.url?.startsWith('/cdn')) return false;
      asked += 1;
      if (asked !== 3) return false;
      // Its bytes never come: the machine goes meanwhile.
      running?.kill('SIGTERM');
      return true;
    };
    const { error, output } = await execute();
    world.intercept = () => false;
    onTask = () => undefined;
    expect(error).toBeUndefined();
    expect(calls).toEqual(['Begin', 'RunTask', 'RunTask', 'Publish', 'Notify']);
    expect(output).toMatchObject({ outcome: 'published', bottles: 300 });
    // Both attempts count, but for what the first one had stored when it was cut off before it knew.
    expect(output.fetched).toBeGreaterThanOrEqual(1);
    expect(output.fetched).toBeLessThanOrEqual(6);
    expect(asked).toBeGreaterThan(6);
    expect(asked).toBeLessThan(12);
    expect(await installs('formula-000')).toBe('formula-000 2.0');
  });

  it('tells a task in strings alone what to do and where, and leaves the kind of machine to the cluster', () => {
    expect(parameters[0]).toEqual({
      Cluster: 'arn:aws:ecs:eu-central-1:123456789012:cluster/bottles',
      TaskDefinition: 'arn:aws:ecs:eu-central-1:123456789012:task-definition/bottles:1',
      PlatformVersion: 'LATEST',
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          Subnets: ['subnet-0123abcd', 'subnet-4567cdef'],
          SecurityGroups: ['sg-0123abcd'],
          AssignPublicIp: 'DISABLED',
        },
      },
      Overrides: {
        ContainerOverrides: [
          {
            Name: 'bottles',
            Environment: [
              { Name: 'EXECUTION_ID', Value: `${EXECUTION}run-4` },
              { Name: 'GROUP', Value: 'task-0001' },
            ],
          },
        ],
      },
    });
  });

  it('asks for a machine that is not taken away when Spot has taken four, killed without a word', async () => {
    const next = FORMULAE.map((formula, at) => (at < 3 ? { ...formula, version: '3.0' } : formula));
    await world.publish(next, DAY_1 + 2 * DAY);
    onTask = (child, nth) => {
      if (nth <= 4) child.kill('SIGKILL');
    };
    const { output } = await execute();
    onTask = () => undefined;
    expect(output).toMatchObject({ outcome: 'published', fetched: 6 });
    expect(calls).toEqual(['Begin', ...Array(4).fill('RunTask'), 'RunTaskOnDemand', 'Publish', 'Notify']);
    expect(parameters.at(-1)).toMatchObject({ LaunchType: 'FARGATE' });
  });

  it('keeps the former publication when no task comes to its end', async () => {
    const next = FORMULAE.map((formula, at) => (at < 1 ? { ...formula, version: '4.0' } : formula));
    await world.publish(next, DAY_1 + 3 * DAY);
    onTask = (child) => void child.kill('SIGKILL');
    const { error } = await execute();
    onTask = () => undefined;
    expect(error?.name).toBe('BottlesIncomplete');
    expect(error?.cause).toContain('States.TaskFailed');
    expect(await installs('formula-001')).toBe('formula-001 3.0');
  });

  it('comes through two executions at once', async () => {
    await configure();
    const started = [1, 2].map((at) => executeBottles({ functions, runTask }, `${EXECUTION}twin-${at}`));
    const ended = await Promise.all(started);
    expect(ended.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(await installs('formula-000')).toBe('formula-000 4.0');
    expect(await document('turns.json')).toEqual({ holders: [] });
    const twins = (await keys('snapshots')).filter((key) => key.endsWith('/bottles.json'));
    expect(twins.length).toBeLessThanOrEqual(5);
    await drainQueue(aws.sqs, queue);
  });

  it('puts facts by while neither topic nor table takes them, and the ledger has them later, once', async () => {
    const next = FORMULAE.map((formula, at) => (at < 1 ? { ...formula, version: '5.0' } : formula));
    await world.publish(next, DAY_1 + 4 * DAY);
    await configure();
    outages.out.add('PublishBatch').add('PutItem');
    expect(await execute()).toMatchObject({ output: { outcome: 'published', fetched: 2 } });
    expect((await keys('facts')).length).toBeGreaterThan(0);
    const { handler: upkeep } = await import('../../src/handlers/keep-ledger.ts');
    await expect(upkeep({}, lambdaContext())).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    expect((await keys('facts')).length).toBeGreaterThan(0);
    outages.out.clear();
    // Of upstream's news and of heads another stack takes care.
    expect(await upkeep({}, lambdaContext())).toEqual({
      replayed: { events: 3, failed: [] },
      told: null,
      heads: null,
    });
    expect(await keys('facts')).toEqual([]);
    const clock = { now: () => new Date(), monotonic: () => performance.now() };
    const ledger = createDynamoLedger({ dynamodb, tableName: TABLE, clock, hash: hashText });
    const kept = (await Array.fromAsync(ledger.entries())).map(
      ({ stream, event }) => `${event.type} ${stream}`,
    );
    expect(kept.toSorted()).toEqual([
      ...TAGS.toReversed().map(
        (tag) => `provider-sync.bottle.transferred.v1 formula-000--5.0.${tag}.bottle.tar.gz`,
      ),
      expect.stringMatching(/^provider-sync\.bottles\.published\.v1 /),
    ]);
  });

  it('tells why it could not begin, and holds nobody up afterwards', async () => {
    await configure({ destination: 's3://somebody-else/brew' });
    const { error, messages } = await execute();
    expect(error?.name).toBe('ConfigInvalid');
    expect(calls).toEqual(['Begin', 'Abandon', 'NotifyFailure']);
    expect(messages[0].Subject).toBe('Sync of bottles failed (ConfigInvalid)');
    expect(messages[0].Message).toContain('s3://somebody-else/brew');
    expect(slackSaid).toHaveLength(1);
    expect(await document('turns.json')).toEqual({ holders: [] });
  });

  it('refuses an API that is older than what clients have', async () => {
    await configure();
    await world.publish(FORMULAE, DAY_1);
    const { error } = await execute();
    expect(error?.name).toBe('UpstreamResponseInvalid');
    expect(await installs('formula-000')).toBe('formula-000 5.0');
  });

  it('measures how old what clients see is', async () => {
    const { handler } = await import('../../src/handlers/bottles/watch.ts');
    const measured = await handler({}, lambdaContext());
    expect(measured.publicationAge).toBeLessThan(600);
    expect(measured.apiAge).toBe(Math.round(Date.now() / 1000 - (DAY_1 + 4 * DAY)));
  });

  describe('a cleanup', () => {
    // In eight days nobody holds the API of a former snapshot any more.
    beforeAll(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 8 * 24 * 3_600_000 }));
    afterAll(() => vi.useRealTimers());

    const cleanUp = async (event: object, settings: Readonly<Record<string, string>> = {}) => {
      Object.assign(process.env, settings);
      vi.resetModules();
      const { handler } = await import('../../src/handlers/bottles/cleanup.ts');
      return (await handler(event, lambdaContext())) as Json;
    };
    const there = async () => [...(await keys('snapshots')), ...(await keys('v2'))];

    it('that is dry says what it would delete, by its setting and by its event, and deletes nothing', async () => {
      await configure({ 'keep-snapshots': 1 });
      const before = await there();
      const said = await cleanUp({}, { DRY_RUN: 'true' });
      expect(said).toMatchObject({ ok: true, dryRun: true, keptSnapshots: [expect.any(String)] });
      expect(said.deletedSnapshots.length).toBeGreaterThan(2);
      expect(said.files).toBeGreaterThan(20);
      expect(said.first.length).toBeLessThanOrEqual(50);
      expect(await cleanUp({ dryRun: true }, { DRY_RUN: 'false' })).toEqual(said);
      expect(await there()).toEqual(before);
    });

    it('stops by its brake before it deletes anything, and tells people', async () => {
      const before = await there();
      await expect(cleanUp({}, { CLEANUP_MAX_SHARE: '0.001' })).rejects.toMatchObject({
        name: 'RetentionBrakeApplied',
      });
      delete process.env['CLEANUP_MAX_SHARE'];
      expect(await there()).toEqual(before);
      expect(await document('turns.json')).toEqual({ holders: [] });
      const [message, ...others] = await drainQueue(aws.sqs, queue);
      expect(others).toEqual([]);
      expect(message.Subject).toBe('Cleanup of bottles failed (RetentionBrakeApplied)');
      expect(message.Message).toContain('BottlesCleanupMaxShare');
    });

    it('does not run beside a sync', async () => {
      const turn = JSON.stringify({
        holders: [{ id: 'sync-1', kind: 'sync', since: new Date().toISOString() }],
      });
      const put = (Body: string) =>
        aws.s3.send(new PutObjectCommand({ Bucket: MIRROR, Key: `${PREFIX}/turns.json`, Body }));
      await put(turn);
      await expect(cleanUp({})).rejects.toMatchObject({ name: 'DestinationUnavailable' });
      await put(JSON.stringify({ holders: [] }));
      await drainQueue(aws.sqs, queue);
    });

    it('leaves the snapshots that the config keeps, and all that a client of them needs', async () => {
      const { keptSnapshots, deletedSnapshots } = await cleanUp({});
      expect(deletedSnapshots.length).toBeGreaterThan(2);
      const documents = (await keys('snapshots')).filter((key) => key.endsWith('/bottles.json'));
      expect(documents).toEqual([`snapshots/${keptSnapshots[0]}/bottles.json`]);
      expect((await keys('v2')).filter((key) => key.includes('/blobs/'))).toHaveLength(300);
      expect(await installs('formula-000')).toBe('formula-000 5.0');
      expect(await installs('formula-001')).toBe('formula-001 1.0');
      expect(await cleanUp({})).toMatchObject({ files: 0, deletedSnapshots: [] });
      expect(await drainQueue(aws.sqs, queue)).toEqual([]);
    });
  });

  it('has counted what the dashboard shows, and logged neither the webhook nor a token', () => {
    const metrics = logged
      .filter((line) => line.includes('"CloudWatchMetrics"'))
      .map((line) => JSON.parse(line));
    const sumOf = (name: string) =>
      metrics.reduce(
        (sum, line) => sum + [line[name] ?? 0].flat().reduce((a: number, b: number) => a + b, 0),
        0,
      );
    expect(sumOf('BottlesFetched')).toBeGreaterThanOrEqual(300 + 6 + 6);
    expect(sumOf('BottlesFailed')).toBeGreaterThanOrEqual(30);
    expect(sumOf('BytesFetched')).toBeGreaterThan(0);
    expect(sumOf('PublicationAge')).toBeGreaterThanOrEqual(0);
    expect(sumOf('SnapshotsDeleted')).toBeGreaterThan(2);
    expect(sumOf('BottleFilesDeleted')).toBeGreaterThan(20);
    const all = logged.join('\n');
    expect(all).toContain('BottleTransferred');
    expect(all).not.toContain('secret-part');
  });
});
