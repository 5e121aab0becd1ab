import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BUCKET, CONFIG_KEY } from '../../scripts/stand-ins/aws-resources.ts';
import { type StandIns, startStandIns } from '../../scripts/stand-ins/world.ts';
import { privatePath, registryApi } from '../support/registries.ts';
import { borrowMoto } from '../support/run-client.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';
import type { Json } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { callEventBridge, drainQueue } from './support/event-bridge.ts';
import { realTaskHandlers } from './support/lambda.ts';
import {
  EXECUTION_ID,
  type StepFunctions,
  stepFunctions,
  type TaskHandlers,
} from './support/state-machine.ts';
import { deploymentsOf } from './support/transformed-template.ts';

const tools = await deploymentTools();

const ANVIL = {
  provider: 'anvil',
  namespace: 'acme',
  version: '~> 1.0',
  platforms: [
    { os: 'linux', arch: 'amd64' },
    { os: 'darwin', arch: 'arm64' },
  ],
};
const WEATHER = { provider: 'weather', namespace: 'globex', platforms: [{ os: 'linux', arch: 'arm64' }] };
const STAPLER = { provider: 'stapler', namespace: 'initech', platforms: [{ os: 'windows', arch: 'amd64' }] };
const NOT_ITS_KEY = '34365D9472D7468F';

/** The chapters build on one another, as the life of a deployment does. */
describe.skipIf(!tools)('a deployment, from the upload of its config on (needs Python and pip)', () => {
  let standIns: StandIns;
  let handlers: TaskHandlers;
  let uploads = '';
  const logged: string[] = [];
  let calls: (readonly [string, Json])[] = [];
  let machines: StepFunctions;
  let states: ScriptedServer;

  beforeAll(async () => {
    if (!tools) return;
    standIns = await startStandIns({ startMoto: () => borrowMoto(tools.program('moto_server')) });
    for (const [name, value] of Object.entries(standIns.environment)) process.env[name] = value;
    // Lets Powertools write through the console, where a test can read it.
    process.env['POWERTOOLS_DEV'] = 'true';
    process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
    for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void logged.push(String(line)));
    }
    // An execution's state may be old by a minute, and the queue of runs knows: here each look is a minute later.
    vi.useFakeTimers({ toFake: ['Date'] });
    states = await scriptedServer(({ body }) => {
      const { executionArn } = JSON.parse(body);
      const status = machines.isRunning(executionArn) ? 'RUNNING' : 'SUCCEEDED';
      return { status: 200, body: JSON.stringify({ executionArn, status, startDate: 1 }) };
    });
    process.env['AWS_ENDPOINT_URL_SFN'] = states.url;
    handlers = await realTaskHandlers((task, payload) => {
      if (task === 'TakeTurn') vi.setSystemTime(Date.now() + 61_000);
      calls.push([task, payload]);
    });
    machines = stepFunctions(handlers);
    uploads = await listenForUploads();
  }, 120_000);
  afterAll(async () => {
    vi.useRealTimers();
    await states?.[Symbol.asyncDispose]();
    await standIns?.close();
  });

  /** The template's own rule, with a queue for its target. */
  async function listenForUploads(): Promise<string> {
    if (!tools) throw new Error('unreachable');
    const { aws, environment } = standIns;
    const [deployment] = await deploymentsOf(tools, [['existingBucket']]);
    const pattern = deployment?.resolved.Resources['ConfigUploadedRule']?.Properties['EventPattern'];
    pattern.detail.bucket.name = [BUCKET];
    const url = environment['AWS_ENDPOINT_URL'] ?? '';
    const { QueueUrl = '' } = await aws.sqs.send(new CreateQueueCommand({ QueueName: 'uploads' }));
    await callEventBridge(url, 'PutRule', { Name: 'uploads', EventPattern: JSON.stringify(pattern) });
    const target = { Id: 'queue', Arn: 'arn:aws:sqs:eu-central-1:123456789012:uploads' };
    await callEventBridge(url, 'PutTargets', { Rule: 'uploads', Targets: [target] });
    return QueueUrl;
  }

  async function upload(config: unknown): Promise<Json> {
    await standIns.uploadConfig(config);
    const [event, ...others] = await drainQueue(standIns.aws.sqs, uploads);
    expect(others).toEqual([]);
    return event;
  }

  async function execute(input: Json) {
    calls = [];
    const execution = await machines.start(input).done;
    const messages = await drainQueue(standIns.aws.sqs, standIns.queueUrl);
    return { ...execution, messages, tasks: calls.map(([task]) => task) };
  }

  async function isInstallable(type: string, version: string): Promise<boolean> {
    const { document } = await registryApi({ url: standIns.privateUrl, token: standIns.token }).call(
      'GET',
      privatePath(type, version),
    );
    const { attributes } = document.data ?? {};
    return attributes?.['shasums-uploaded'] === true && attributes['shasums-sig-uploaded'] === true;
  }

  it('publishes two providers, tells people of the third, and ends failed with a summary', async () => {
    const event = await upload([ANVIL, WEATHER, { ...STAPLER, 'gpg-key-id': NOT_ITS_KEY }]);
    expect(event.detail.object['version-id']).toEqual(expect.any(String));
    const { error, messages, tasks } = await execute(event);

    expect(error?.name).toBe('ProvidersFailed');
    expect(error?.cause).toBe(
      '1 of 3 providers failed. The first: [{"outcome":"failed","address":"registry.terraform.io/initech/stapler","code":"SigningKeyNotPinned"}]',
    );
    expect(await isInstallable('anvil', '1.2.0')).toBe(true);
    expect(await isInstallable('weather', '3.2.0')).toBe(true);
    expect(await isInstallable('stapler', '0.4.2')).toBe(false);
    expect(tasks.filter((task) => task === 'DownloadAndUpload')).toHaveLength(2);

    expect(messages).toHaveLength(1);
    expect(messages[0].Subject).toBe('Provider sync failed: initech/stapler latest (SigningKeyNotPinned)');
    expect(messages[0].Message).toContain(NOT_ITS_KEY);
    expect(messages[0].Message).toContain(
      `s3://${BUCKET}/${CONFIG_KEY} (version ${event.detail.object['version-id']})`,
    );
    expect(messages[0].Message).toContain(encodeURIComponent(EXECUTION_ID));
  });

  it('reads the version of the config that the event names, not a later one', async () => {
    const event = await upload([ANVIL]);
    await upload('not a config at all');
    const { error, output } = await execute(event);
    expect(error).toBeUndefined();
    expect(output).toEqual({ providers: 1, outcomes: { 'up-to-date': 1 }, bytes: 0 });
  });

  it('publishes what is left once the config is right', async () => {
    const { error, output, messages, tasks } = await execute(await upload([ANVIL, WEATHER, STAPLER]));
    expect(error).toBeUndefined();
    expect(output).toEqual({
      providers: 3,
      outcomes: { 'up-to-date': 2, published: 1 },
      bytes: expect.any(Number),
    });
    expect(output.bytes).toBeGreaterThan(0);
    expect(tasks.filter((task) => task === 'DownloadAndUpload')).toHaveLength(1);
    expect(await isInstallable('stapler', '0.4.2')).toBe(true);
    expect(messages).toEqual([]);
  });

  it('has nothing to do when its schedule starts it again', async () => {
    const { output, tasks, messages } = await execute({ bucket: BUCKET, key: CONFIG_KEY });
    expect(output).toEqual({ providers: 3, outcomes: { 'up-to-date': 3 }, bytes: 0 });
    expect(tasks).toEqual(['TakeTurn', 'ReadConfig', ...Array(3).fill('CheckVersionExists'), 'ReportRun']);
    expect(messages).toEqual([]);
  });

  it('tells people every problem of a config that cannot be used, and publishes nothing', async () => {
    const { error, messages, tasks } = await execute(
      await upload([
        { ...ANVIL, version: '5.x' },
        { ...WEATHER, platform: [] },
      ]),
    );
    expect(error?.name).toBe('ConfigInvalid');
    expect(tasks).toEqual(['TakeTurn', 'ReadConfig', 'NotifyConfigError']);
    expect(messages.map(({ Subject }) => Subject)).toEqual([
      'Provider sync failed: the config cannot be used (ConfigInvalid)',
    ]);
    expect(messages[0].Message).toContain('$[0].version');
    expect(messages[0].Message).toContain('$[1].platform');
  });

  it('says what is missing when the config does not exist', async () => {
    const { error, messages } = await execute({ bucket: BUCKET, key: 'another.json' });
    expect(error?.name).toBe('ConfigNotFound');
    expect(messages[0].Message).toContain(`Config:    s3://${BUCKET}/another.json`);
  });

  it('lets three uploads at once wait for one another, and publishes each version once', async () => {
    const editions = ['1.0.0', '1.1.0', '2.0.0-beta1'];
    const events: Json[] = [];
    for (const version of editions) events.push(await upload([{ ...ANVIL, version }, WEATHER, STAPLER]));
    calls = [];
    const ended = await Promise.all(events.map((event) => machines.start(event).done));
    const outcomes = { published: 1, 'up-to-date': 2 };
    expect(ended).toMatchObject(editions.map(() => ({ output: { providers: 3, outcomes } })));
    for (const version of editions) expect(await isInstallable('anvil', version)).toBe(true);
    const uploaded = calls.filter(([task]) => task === 'DownloadAndUpload');
    expect(uploaded).toHaveLength(editions.length);
    expect(new Set(uploaded.map(([, { status }]) => status.resolvedVersion))).toEqual(new Set(editions));
    expect(calls.filter(([task]) => task === 'TakeTurn').length).toBeGreaterThan(3);
    expect(await drainQueue(standIns.aws.sqs, standIns.queueUrl)).toEqual([]);
  });

  it('has logged every error by its code, and neither the token nor a link that is a secret', () => {
    const errors = logged.filter((line) => line.includes('"level": "ERROR"'));
    expect(errors.map((line) => JSON.parse(line).code)).toEqual([
      'SigningKeyNotPinned',
      'ConfigInvalid',
      'ConfigNotFound',
    ]);
    const all = logged.join('\n');
    expect(all).toContain('ProviderVersionPublished');
    expect(all).not.toContain(standIns.token);
    expect(all).not.toContain('/v1/object/');
  });

  it('has counted what was published, what was there already, and what failed', () => {
    const metrics = logged
      .filter((line) => line.includes('"CloudWatchMetrics"'))
      .map((line) => JSON.parse(line));
    const sumOf = (name: string) =>
      metrics.reduce(
        (sum, line) => sum + [line[name] ?? 0].flat().reduce((a: number, b: number) => a + b, 0),
        0,
      );
    expect(sumOf('ProviderChecked')).toBe(18);
    expect(sumOf('ProviderPublished')).toBe(6);
    expect(sumOf('SyncSucceeded')).toBe(6);
    expect(sumOf('SyncFailed')).toBe(1);
    expect(sumOf('ProviderFailed')).toBe(1);
    expect(sumOf('ProviderUpToDate')).toBe(12);
    expect(sumOf('BytesPublished')).toBeGreaterThan(0);
    expect(sumOf('PublishDuration')).toBeGreaterThan(0);
  });
});
