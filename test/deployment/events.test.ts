import { fork } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RELAY_IN_CONTAINER } from '../../scripts/stand-ins/container-relay.ts';
import { LOCAL_PORTS, SAMPLE_CONFIG } from '../../scripts/stand-ins/sample.ts';
import { publishStapler, type StandIns, startStandIns } from '../../scripts/stand-ins/world.ts';
import { borrowMoto } from '../support/run-client.ts';
import type { Json } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { drainQueue } from './support/event-bridge.ts';
import { builtBySam } from './support/sam-build.ts';
import { deploymentsOf } from './support/transformed-template.ts';

const tools = await deploymentTools();

const FUNCTION_OF: Readonly<Record<string, string>> = {
  'read-config': 'ReadConfigFunction',
  'take-turn': 'TakeTurnFunction',
  'check-version': 'CheckVersionFunction',
  'download-and-upload': 'DownloadAndUploadFunction',
  'notify-error': 'ErrorHandlerFunction',
  'cleanup-old-versions': 'CleanupOldVersionsFunction',
};

const KEY_ID = expect.stringMatching(/^[0-9A-F]{16}$/);
const PLATFORM = { outcome: 'published', bytes: expect.any(Number), sha256: expect.any(String) };

/** What the functions answer with the stand-ins as scripts/local-stand-ins.ts starts them, one after another. */
const ANSWERS: Readonly<Record<string, Json>> = {
  'read-config.json': {
    config: { bucket: 'provider-sync-config', key: 'config.json', versionId: expect.any(String) },
    providers: [
      { index: 0, address: 'registry.terraform.io/acme/anvil', version: '~> 1.0' },
      { index: 1, address: 'registry.terraform.io/globex/weather', version: 'latest' },
      { index: 2, address: 'registry.terraform.io/initech/stapler', version: 'latest' },
    ],
  },
  'read-config.object-created.json': {
    config: { bucket: 'provider-sync-config', key: 'config.json', versionId: expect.any(String) },
    providers: [{ index: 0 }, { index: 1 }, { index: 2 }],
    pages: [3],
    inPages: false,
  },
  'take-turn.json': { turn: 'yours', waitSeconds: 0, joined: null },
  'check-version.json': {
    address: 'registry.terraform.io/acme/anvil',
    outcome: 'publish',
    resolvedVersion: '1.2.0',
    versionExists: false,
    shouldProcess: true,
    missing: expect.arrayContaining(['upload package linux_amd64', 'upload package darwin_arm64']),
    signedBy: KEY_ID,
  },
  'download-and-upload.json': {
    address: 'registry.terraform.io/acme/anvil',
    outcome: 'published',
    resolvedVersion: '1.2.0',
    signedBy: KEY_ID,
    platforms: [
      { os: 'linux', arch: 'amd64', ...PLATFORM },
      { os: 'darwin', arch: 'arm64', ...PLATFORM },
    ],
    platformsUploaded: 2,
    bytes: expect.any(Number),
    registryUrl: expect.stringMatching(
      /\/app\/example\/registry\/providers\/private\/example\/anvil\/1\.2\.0$/,
    ),
  },
  'notify-error.json': {
    messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    notified: true,
    address: 'registry.terraform.io/initech/stapler',
    code: 'SignatureInvalid',
  },
  'notify-error.report-run.json': {
    outcome: 'failed',
    summary: { providers: 2, outcomes: { 'up-to-date': 1, failed: 1 }, bytes: 0 },
    error: 'ProvidersFailed',
    cause: expect.stringContaining('1 of 2 providers failed'),
    progress: { page: 1, more: false },
  },
  'notify-error.config.json': { notified: true, address: null, code: 'ConfigInvalid' },
  'cleanup-old-versions.json': { ok: true, dryRun: false, providersChecked: 2, versionsDeleted: 0 },
  'cleanup-old-versions.dry-run.json': { ok: true, dryRun: true, providersChecked: 1, versionsToDelete: 0 },
};

interface Answer {
  readonly answer?: Json;
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
}

describe.skipIf(!tools)('the built functions (need Python and pip)', { timeout: 60_000 }, () => {
  let standIns: StandIns;
  let built = '';
  let variables: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

  beforeAll(async () => {
    if (!tools) return;
    built = await builtBySam(tools);
    standIns = await startStandIns({ startMoto: () => borrowMoto(tools.program('moto_server')) });
    await standIns.uploadConfig(SAMPLE_CONFIG);
    await publishStapler(standIns);
    variables = JSON.parse(await readFile('events/env.json', 'utf8'));
  }, 180_000);
  afterAll(() => standIns?.close());

  /** What `sam local invoke` gives a function: the template's variables, replaced by those of env.json. */
  async function environmentOf(name: string): Promise<Record<string, string>> {
    const [deployment] = tools ? await deploymentsOf(tools, [[]]) : [];
    const own = deployment?.resolved.Resources[name]?.Properties['Environment'].Variables;
    const actual = Object.fromEntries(
      Object.entries(variables[name] ?? {}).map(([variable, value]) => [variable, atActualPort(value)]),
    );
    const credentials = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'l', AWS_SECRET_ACCESS_KEY: 'l' };
    return { ...own, ...credentials, ...actual, POWERTOOLS_DEV: 'true' };
  }

  function atActualPort(value: string): string {
    const { AWS_ENDPOINT_URL = '' } = standIns.environment;
    return value
      .replace(`http://127.0.0.1:${LOCAL_PORTS.aws}`, AWS_ENDPOINT_URL)
      .replace(`http://127.0.0.1:${LOCAL_PORTS.publicRegistry}`, standIns.publicUrl)
      .replace(`http://127.0.0.1:${LOCAL_PORTS.privateRegistry}`, standIns.privateUrl);
  }

  async function invoke(event: string, overrides: Record<string, string> = {}): Promise<Answer> {
    const handler = path.basename(event).split('.')[0] ?? '';
    const name = FUNCTION_OF[handler] ?? '';
    const module = path.join(built, name, `${handler}.mjs`);
    const env = { ...(await environmentOf(name)), ...overrides };
    const child = fork('scripts/invoke-bundle.ts', [module, event], { env, stdio: 'ignore', execArgv: [] });
    return await new Promise<Answer>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Answer));
      child.once('exit', (code) => reject(new Error(`${event}: ended with ${code} and no answer`)));
    });
  }

  it('have an answer written down here for every event there is', async () => {
    const files = (await readdir('events')).filter((file) => file.endsWith('.json') && file !== 'env.json');
    expect(files.toSorted()).toEqual(Object.keys(ANSWERS).toSorted());
  });

  it('declare every variable of events/env.json, because sam local sets no others', async () => {
    const template = parse(await readFile('template.yaml', 'utf8'), { logLevel: 'silent' });
    const shared = Object.keys(template.Globals.Function.Environment.Variables);
    const { Parameters = {}, ...functions } = variables;
    expect(shared).toEqual(expect.arrayContaining(Object.keys(Parameters)));
    for (const [name, given] of Object.entries(functions)) {
      const own = Object.keys(template.Resources[name].Properties.Environment?.Variables ?? {});
      expect([...shared, ...own]).toEqual(expect.arrayContaining(Object.keys(given)));
    }
  });

  it('find the stand-ins on the loopback of their container', () => {
    expect(variables['Parameters']).toEqual({
      NODE_OPTIONS: `--enable-source-maps --import=data:text/javascript,${RELAY_IN_CONTAINER}`,
    });
  });

  it.each(Object.keys(ANSWERS))('answer events/%s', async (file) => {
    const { answer, error } = await invoke(`events/${file}`);
    expect(error).toBeUndefined();
    expect(answer).toMatchObject(ANSWERS[file]);
  });

  it('make every cleanup dry while DRY_RUN is true', async () => {
    const { answer } = await invoke('events/cleanup-old-versions.json', { DRY_RUN: 'true' });
    expect(answer).toMatchObject({ ok: true, dryRun: true, providersChecked: 2, versionsDeleted: 0 });
  });

  it('have sent the messages that the events are about', async () => {
    const messages = await drainQueue(standIns.aws.sqs, standIns.queueUrl);
    expect(messages.map(({ Subject }) => Subject)).toEqual([
      'Provider sync failed: initech/stapler 0.4.2 (SignatureInvalid)',
      'Provider sync failed: the config cannot be used (ConfigInvalid)',
    ]);
  });

  it('name every problem of their environment at once', async () => {
    const { error } = await invoke('events/cleanup-old-versions.json', {
      TFC_ORGANIZATION: ' ',
      TFC_ADDRESS: 'http://tfe.example.com',
      KEEP_VERSION_COUNT: '0',
      DRY_RUN: 'yes',
      SNS_TOPIC_ARN: 'topic',
    });
    expect(error?.errorType).toBe('SettingsInvalid');
    for (const name of [
      'TFC_ORGANIZATION',
      'TFC_ADDRESS',
      'KEEP_VERSION_COUNT',
      'DRY_RUN',
      'SNS_TOPIC_ARN',
    ]) {
      expect(error?.errorMessage).toContain(name);
    }
  });
});
