import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, CONFIG_KEY } from '../../scripts/stand-ins/aws-resources.ts';
import { type StandIns, startStandIns } from '../../scripts/stand-ins/world.ts';
import type { Happenings } from '../../src/domain/catalogue/form/happenings.ts';
import type { Overview } from '../../src/domain/catalogue/form/overview.ts';
import type { Pointer } from '../../src/domain/catalogue/form/pointer.ts';
import { ledgerTable } from '../support/ledger-table.ts';
import { mirrorClientView } from '../support/mirror-client.ts';
import { privatePath, registryApi } from '../support/registries.ts';
import { borrowMoto } from '../support/run-client.ts';
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

describe.skipIf(!tools)('one execution for several destinations (needs Python and pip)', () => {
  let standIns: StandIns;
  let handlers: TaskHandlers;
  const tasks: string[] = [];

  beforeAll(async () => {
    if (!tools) return;
    standIns = await startStandIns({ startMoto: () => borrowMoto(tools.program('moto_server')) });
    for (const [name, value] of Object.entries(standIns.environment)) process.env[name] = value;
    await standIns.aws.s3.send(new CreateBucketCommand({ Bucket: MIRROR }));
    handlers = await realTaskHandlers((task) => {
      tasks.push(task);
    });
  }, 120_000);
  afterAll(async () => await standIns?.close());

  async function execute() {
    tasks.length = 0;
    await standIns.uploadConfig(CONFIG);
    return await stepFunctions(handlers).start({ bucket: BUCKET, key: CONFIG_KEY }).done;
  }

  const mirrored = async () =>
    await mirrorClientView(async (key) => {
      const input = { Bucket: MIRROR, Key: `team/mirror/${key}` };
      const answer = await standIns.aws.s3.send(new GetObjectCommand(input)).catch(() => undefined);
      return await answer?.Body?.transformToByteArray();
    }, ANVIL);

  it('fills a private registry and a mirror in S3, and finds both up to date the next time', async () => {
    expect(await execute()).toEqual({ output: { providers: 1 } });
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

    expect(await execute()).toEqual({ output: { providers: 1 } });
    expect(tasks).not.toContain('DownloadAndUpload');
  });

  it('has the catalogue of it all written beside the mirror by the function that follows the runs', async () => {
    Object.assign(process.env, {
      CATALOGUE_BUCKET: MIRROR,
      CATALOGUE_PREFIX: 'team/mirror/catalogue',
      LEDGER_TABLE: 'ledger',
      POWERTOOLS_DEV: 'true',
      LOG_LEVEL: 'ERROR',
    });
    const dynamodb = new DynamoDBClient({});
    await dynamodb.send(new CreateTableCommand(await ledgerTable('ledger')));
    dynamodb.destroy();
    const { handler } = await import('../../src/handlers/write-catalogue.ts');
    const get = async (path: string) => {
      const input = { Bucket: MIRROR, Key: `team/mirror/catalogue/${path}` };
      return await standIns.aws.s3.send(new GetObjectCommand(input)).catch(() => undefined);
    };
    const json = async <T>(path: string) =>
      JSON.parse((await (await get(path))?.Body?.transformToString()) ?? 'null') as T;
    const ended = (input: unknown) => ({
      source: 'aws.states',
      detail: {
        executionArn: 'arn:of:the:run',
        status: 'SUCCEEDED',
        startDate: 1_795_680_000_000,
        stopDate: 1_795_680_060_000,
        input: JSON.stringify(input),
        output: '{"providers":1}',
      },
    });

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
      { id: 'arn:of:the:run', what: 'sync', ok: true, durationMs: 60_000, outcomes: { providers: 1 } },
    ]);
    const html = await get('index.html');
    expect([html?.ContentType, html?.CacheControl]).toEqual(['text/html; charset=utf-8', 'no-cache']);
    for (const asset of pointer.assets) {
      expect((await get(asset))?.CacheControl).toBe('public, max-age=31536000, immutable');
    }

    // The mirror is what it was: for its clients, and for the next run.
    expect(await mirrored()).toHaveLength(2);
    expect(await execute()).toEqual({ output: { providers: 1 } });
    expect(tasks).not.toContain('DownloadAndUpload');
  });
});
