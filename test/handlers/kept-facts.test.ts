import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, ListObjectsV2Command, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUCKET, CONFIG_KEY, REGION, TOPIC_ARN } from '../../scripts/stand-ins/aws-resources.ts';
import { type StandIns, startStandIns } from '../../scripts/stand-ins/world.ts';
import { createS3HeadsArchive } from '../../src/adapters/aws/s3-ledger-objects.ts';
import { createDynamoLedger } from '../../src/adapters/dynamodb-ledger/ledger.ts';
import { hashText } from '../../src/application/ledger/hash-text.ts';
import { verifyLedger } from '../../src/application/ledger/heads.ts';
import { envelopeOf } from '../../src/domain/events/envelope.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { contentsOf } from '../../src/embedded/sample-registry/package-contents.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import { deploymentTools } from '../deployment/support/deployment-tools.ts';
import { lambdaContext } from '../deployment/support/lambda.ts';
import { type AwsOutages, awsOutages } from '../support/aws-outages.ts';
import { ledgerTable } from '../support/ledger-table.ts';
import { borrowMoto } from '../support/run-client.ts';
import { LINUX } from '../support/sync-world.ts';

const tools = await deploymentTools();
const ADDRESS = 'registry.terraform.io/acme/anvil';
const PREFIX = 'config.json.stack.facts/';
const HEADS = { bucket: 'heads' };
const clock = { now: () => new Date(), monotonic: () => performance.now() };

const event = {
  executionId: 'arn:aws:states:eu-central-1:123456789012:execution:sync:1',
  config: { bucket: BUCKET, key: CONFIG_KEY, versionId: null },
  provider: { index: 0, address: ADDRESS, version: 'latest' },
};

describe.skipIf(!tools)('facts on AWS (need Python and pip)', { timeout: 120_000 }, () => {
  let standIns: StandIns;
  let dynamodb: DynamoDBClient;
  let proxy: AwsOutages;
  let out: AwsOutages['out'];
  let tables = 0;
  let ledger: Ledger;
  const outbox = () => `${PREFIX}${tables}/`;

  beforeAll(async () => {
    if (!tools) return;
    const key = await makeSigningKey({ name: 'Acme' });
    const releases = ['1.0.0', '1.1.0'].map((version) =>
      makeSampleRelease({
        namespace: 'acme',
        type: 'anvil',
        version,
        platforms: [LINUX],
        key,
        contents: () => contentsOf(new Uint8Array(100)),
      }),
    );
    standIns = await startStandIns({
      startMoto: () => borrowMoto(tools.program('moto_server')),
      releases: await Promise.all(releases),
    });
    await standIns.uploadConfig([{ provider: 'anvil', namespace: 'acme', platforms: [LINUX] }]);
    const endpoint = standIns.environment['AWS_ENDPOINT_URL'] ?? '';
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    dynamodb = new DynamoDBClient({ endpoint, region: REGION, credentials });
    const { s3 } = standIns.aws;
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    await s3.send(new CreateBucketCommand({ Bucket: HEADS.bucket, CreateBucketConfiguration }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: HEADS.bucket, VersioningConfiguration }));
    proxy = await awsOutages(endpoint, { outboxPrefix: PREFIX });
    out = proxy.out;
    for (const level of ['info', 'log', 'warn', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
  }, 120_000);
  afterAll(async () => {
    dynamodb?.destroy();
    await proxy?.close();
    await standIns?.close();
  });

  beforeEach(async () => {
    out.clear();
    tables += 1;
    const TableName = `ledger-${tables}`;
    await dynamodb.send(new CreateTableCommand(await ledgerTable(TableName)));
    ledger = createDynamoLedger({ dynamodb, tableName: TableName, clock, hash: hashText });
    Object.assign(process.env, standIns.environment, {
      AWS_ENDPOINT_URL: proxy.url,
      POWERTOOLS_DEV: 'true',
      LOG_LEVEL: 'SILENT',
      LEDGER_TABLE: TableName,
      OUTBOX_BUCKET: BUCKET,
      OUTBOX_PREFIX: outbox(),
      BOOKMARK_KEY: `config.json.stack.${tables}.told`,
      HEADS_BUCKET: HEADS.bucket,
      HEADS_KEY: `heads/stack-${tables}.json`,
    });
    delete process.env['LEDGER_TOPIC_ARN'];
    await messages();
  });

  /** As a new execution environment of Lambda has it. */
  async function fresh<T>(load: () => Promise<{ handler: T }>): Promise<T> {
    vi.resetModules();
    return (await load()).handler;
  }
  const deliver = async (version: string) => {
    const handler = await fresh(() => import('../../src/handlers/download-and-upload.ts'));
    return await handler({ ...event, status: { resolvedVersion: version } }, lambdaContext());
  };
  const upkeep = async () => {
    const handler = await fresh(() => import('../../src/handlers/keep-ledger.ts'));
    return await handler({}, lambdaContext());
  };
  /** Of a version: the newest one is seen as well, whichever is delivered. */
  const kinds = async (version: string) =>
    (await ledger.read(ADDRESS, { version })).map(({ event: { type } }) =>
      type.replace(/^provider-sync\.|\.v1$/g, ''),
    );
  const parcels = async () =>
    (await standIns.aws.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: outbox() }))).KeyCount;

  const messages = async () => {
    const found: string[] = [];
    for (;;) {
      const { Messages = [] } = await standIns.aws.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: standIns.queueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return found;
      found.push(...Messages.map(({ Body = '' }) => Body));
      for (const { ReceiptHandle } of Messages) {
        await standIns.aws.sqs.send(new DeleteMessageCommand({ QueueUrl: standIns.queueUrl, ReceiptHandle }));
      }
    }
  };

  it('are put by while the table takes nothing, fail no delivery, and are in the ledger later, once', async () => {
    out.add('PutItem');
    expect(await deliver('1.0.0')).toMatchObject({ outcome: 'published' });
    expect(await kinds('1.0.0')).toEqual([]);
    expect(await parcels()).toBeGreaterThan(0);
    await expect(upkeep()).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    expect(await parcels()).toBeGreaterThan(0);
    out.clear();
    expect(await upkeep()).toMatchObject({ replayed: { failed: [] } });
    expect(await parcels()).toBe(0);
    const all = await kinds('1.0.0');
    const once = [
      'version.sighted',
      'version.admitted',
      'release.verified',
      'version.intended',
      'version.delivered',
    ];
    for (const kind of once) {
      expect(all.filter((each) => each === kind)).toHaveLength(1);
    }
    expect(await upkeep()).toMatchObject({ replayed: { events: 0 } });
  });

  it('that can be put nowhere fail the step, and what it finds when it is tried again is kept', async () => {
    out.add('PutItem').add('outbox');
    await expect(deliver('1.1.0')).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    out.clear();
    expect(await deliver('1.1.0')).toMatchObject({ outcome: 'published' });
    const all = await kinds('1.1.0');
    expect(all).toContain('version.sighted');
    expect(all).toContain('version.delivered');
  });

  it('cannot be asked for while the table answers nothing: then nothing is let in', async () => {
    out.add('Query');
    await expect(deliver('1.1.0')).rejects.toMatchObject({ name: 'ServiceUnavailable' });
  });

  it('are published to the pipeline where there is one, and to the table when it takes nothing', async () => {
    process.env['LEDGER_TOPIC_ARN'] = TOPIC_ARN;
    expect(await deliver('1.1.0')).toMatchObject({ outcome: 'up-to-date' });
    const published = (await messages()).map((body) => JSON.parse(JSON.parse(body).Message).type);
    expect(published).toContain('provider-sync.version.confirmed.v1');
    // What admission reads back is in the table at once.
    expect(await kinds('1.1.0')).toEqual(['version.sighted', 'version.admitted']);
    out.add('PublishBatch');
    expect(await deliver('1.0.0')).toMatchObject({ outcome: 'up-to-date' });
    expect(await messages()).toEqual([]);
    expect(await kinds('1.0.0')).toContain('version.confirmed');
  });

  it('are what a policy of age goes by; without a ledger it says what to set', async () => {
    const provider = { provider: 'anvil', namespace: 'acme', platforms: [LINUX] };
    await standIns.uploadConfig({ policy: { 'minimum-age': '7d' }, providers: [provider] });
    const check = async () => {
      const handler = await fresh(() => import('../../src/handlers/check-version.ts'));
      return await handler(event, lambdaContext());
    };
    expect(await check()).toMatchObject({ outcome: 'held', shouldProcess: false });
    expect(await kinds('1.1.0')).toEqual(expect.arrayContaining(['version.sighted', 'version.held']));
    delete process.env['LEDGER_TABLE'];
    await expect(check()).rejects.toMatchObject({
      name: 'SettingsInvalid',
      message: expect.stringContaining('set CreateLedger of the stack to true'),
    });
    await standIns.uploadConfig([provider]);
  });

  it('of a cleanup are kept as well', async () => {
    Object.assign(process.env, { KEEP_VERSION_COUNT: '1', CLEANUP_MAX_SHARE: '1' });
    const handler = await fresh(() => import('../../src/handlers/cleanup-old-versions.ts'));
    expect(await handler({}, lambdaContext())).toMatchObject({ ok: true, versionsDeleted: 1 });
    const entries = await ledger.read('anvil');
    expect(entries.map(({ event: { type, data } }) => [type, data])).toEqual([
      ['provider-sync.version.deleted.v1', expect.objectContaining({ version: '1.0.0' })],
    ]);
  });

  it('of upstream are told in one mail, once, and heads are kept when they have changed', async () => {
    const news = [
      { name: 'version.gone-upstream', subject: ADDRESS, data: { version: '0.9.0' } },
      {
        name: 'version.recut',
        subject: ADDRESS,
        data: { version: '1.0.0', shasums: 'b'.repeat(64), before: 'a'.repeat(64) },
      },
    ] as const;
    const early = { now: () => new Date(Date.now() - 3_600_000), monotonic: () => 0 };
    const tableName = process.env['LEDGER_TABLE'] ?? '';
    const past = createDynamoLedger({ dynamodb, tableName, clock: early, hash: hashText });
    await past.append(news.map((fact) => envelopeOf(hashText, fact, early.now())));
    expect(await upkeep()).toMatchObject({ told: 2, heads: { kept: true, streams: 1 } });
    const [mail = '', ...others] = await messages();
    expect(others).toEqual([]);
    expect(JSON.parse(mail)).toMatchObject({
      Subject: 'Provider sync: 2 things changed upstream',
      Message: expect.stringMatching(/anvil 0\.9\.0 was delivered[\s\S]*anvil 1\.0\.0 was cut again/),
    });
    expect(await upkeep()).toMatchObject({ told: 0, heads: { kept: false } });
    expect(await messages()).toEqual([]);
    await ledger.append([envelopeOf(hashText, { ...news[0], data: { version: '0.8.0' } }, new Date())]);
    expect(await upkeep()).toMatchObject({ heads: { kept: true } });
    const key = process.env['HEADS_KEY'] ?? '';
    const anchors = await Array.fromAsync(createS3HeadsArchive(standIns.aws.s3, { ...HEADS, key }).all());
    expect(anchors.map((each) => each.get(ADDRESS)?.seq)).toEqual([3, 2]);
    expect((await verifyLedger(ledger, anchors)).problems).toEqual([]);
  });
});
