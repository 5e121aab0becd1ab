import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { motoIsHere } from '../../adapters/aws/support.ts';
import { lambdaContext } from '../../deployment/support/lambda.ts';
import { type ChaosProxy, startChaosProxy } from '../../support/chaos-proxy.ts';
import {
  type AwsDeployments,
  awsDeployments,
  REQUESTS_TABLE,
  type StreamRecord,
} from '../../support/deployments/aws-world.ts';

interface Answer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const NOTES = { folder: '/srv/notes' };
const ALL_WELL: Answer = { batchItemFailures: [] };

describe.skipIf(!motoIsHere)('the trigger of deployments (needs Python and pip)', { timeout: 60_000 }, () => {
  let aws: AwsDeployments;
  let states: ChaosProxy;
  let handler: (event: unknown) => Promise<Answer>;
  const logged: string[] = [];

  beforeAll(async () => {
    aws = await awsDeployments('terraform/kinds');
    states = await startChaosProxy({ target: aws.moto.url });
    Object.assign(process.env, aws.environment, { AWS_ENDPOINT_URL_SFN: states.url });
    for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void logged.push(String(line)));
    }
    const trigger = await import('../../../src/handlers/deployments/trigger.ts');
    handler = (event) => trigger.handler(event, lambdaContext(60_000));
  }, 120_000);
  beforeEach(() => states.clearFaults());
  afterAll(async () => {
    delete process.env['AWS_ENDPOINT_URL_SFN'];
    await states?.close();
    await aws?.[Symbol.asyncDispose]();
  });

  const recordsOf = async (...ids: readonly string[]): Promise<readonly StreamRecord[]> =>
    (await aws.stream()).filter(({ dynamodb }) => ids.includes(dynamodb.Keys.id.S));

  it('starts one workflow for a record that comes ten times, named by request and generation', async () => {
    await aws.ask('ten-times', 'example', NOTES);
    const [record] = await recordsOf('ten-times');
    const Records = Array.from({ length: 10 }, () => record);
    expect(await handler({ Records })).toEqual(ALL_WELL);
    expect(await handler({ Records })).toEqual(ALL_WELL);
    const started = await aws.executions('deploy');
    expect(started.filter((name) => name.startsWith('ten-times'))).toEqual(['ten-times-deploy-1']);
    // The runner says that it begins, and nobody else.
    expect((await aws.read('ten-times')).status).toBe('PENDING_DEPLOY');
  });

  it('believes the row and not the record, in whatever order records come', async () => {
    await aws.ask('moved-on', 'example', NOTES);
    const pending = await aws.read('moved-on');
    const runner = { runner: 'r', host: 'h' };
    const run = { ...runner, id: 'moved-on-deploy-1', action: 'deploy', stage: 'planning' } as const;
    const at = new Date().toISOString();
    const moved = { ...pending, revision: 2, generation: 2, run: { ...run, startedAt: at, seenAt: at } };
    await aws.requests.replace({ ...moved, status: 'DEPLOYING' }, 1);
    await aws.requests.replace(
      { ...moved, status: 'PENDING_DESTROY', wanted: 'destroy', revision: 3, generation: 4 },
      2,
    );
    const records = await recordsOf('moved-on');
    expect(records).toHaveLength(3);
    expect(await handler({ Records: records.toReversed() })).toEqual(ALL_WELL);
    expect((await aws.executions('deploy')).filter((name) => name.startsWith('moved-on'))).toEqual([]);
    expect(await aws.executions('cleanup')).toEqual(['moved-on-destroy-4']);
  });

  it('fails a kind that is not there, and inputs with every problem, and starts nothing', async () => {
    await aws.ask('no-kind', 'sorcery', NOTES);
    await aws.ask('bad-inputs', 'example', { folder: 7, colour: 'red' });
    const records = await recordsOf('no-kind', 'bad-inputs');
    for (let time = 0; time < 3; time += 1) expect(await handler({ Records: records })).toEqual(ALL_WELL);
    const [noKind, badInputs] = [await aws.read('no-kind'), await aws.read('bad-inputs')];
    expect(noKind).toMatchObject({
      status: 'FAILED',
      generation: 3,
      failure: {
        code: 'DeploymentInvalid',
        problems: [{ path: '$.kind', fix: expect.stringMatching(/^There are: .*example/) }],
      },
    });
    expect(badInputs.status).toBe('FAILED');
    expect(badInputs.failure?.problems.map(({ path }) => path).toSorted()).toEqual(
      expect.arrayContaining([expect.stringContaining('colour'), expect.stringContaining('folder')]),
    );
    const started = await aws.executions('deploy');
    expect(started.filter((name) => /^(?:no-kind|bad-inputs)/.test(name))).toEqual([]);
    const mails = await aws.mails();
    expect(mails.map(({ Subject }) => Subject).toSorted()).toEqual([
      'Deployment bad-inputs could not be deployed: DeploymentInvalid',
      'Deployment no-kind could not be deployed: DeploymentInvalid',
    ]);
    expect(mails[0]?.Message).toContain('What to do: ');
  });

  it('mails one cause once, however many requests fail for it', async () => {
    const ids = ['same-one', 'same-two', 'same-three'];
    for (const id of ids) await aws.ask(id, 'alchemy', NOTES);
    expect(await handler({ Records: await recordsOf(...ids) })).toEqual(ALL_WELL);
    for (const id of ids) expect((await aws.read(id)).status).toBe('FAILED');
    expect(await aws.mails()).toHaveLength(1);
  });

  it('starts nothing twice when the answers to its starts are lost', async () => {
    await aws.ask('lost-answer', 'example', NOTES);
    const records = await recordsOf('lost-answer');
    // As many as the SDK tries, and one more delivery's.
    states.addFaults({ times: 7, action: { kind: 'lose-answer' } });
    let deliveries = 0;
    let answer: Answer;
    do {
      answer = await handler({ Records: records });
      deliveries += 1;
    } while (answer.batchItemFailures.length > 0 && deliveries < 5);
    expect(answer).toEqual(ALL_WELL);
    expect(deliveries).toBeGreaterThan(1);
    const started = await aws.executions('deploy');
    expect(started.filter((name) => name.startsWith('lost-answer'))).toEqual(['lost-answer-deploy-1']);
  });

  it('names the first record that cannot be dealt with, and deals with none behind it', async () => {
    for (const id of ['first', 'second', 'third']) await aws.ask(id, 'example', NOTES);
    const records = await recordsOf('first', 'second', 'third');
    states.addFaults({ after: 1, times: Infinity, action: { kind: 'answer', status: 500, body: '{}' } });
    const answer = await handler({ Records: records });
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: records[1]?.dynamodb.SequenceNumber }]);
    const started = await aws.executions('deploy');
    expect(started.filter((name) => /^(?:first|second|third)/.test(name))).toEqual(['first-deploy-1']);
  });

  it('dates a row that has no date before anything else, so that the sweep can find it', async () => {
    const Item = {
      id: { S: 'undated' },
      kind: { S: 'example' },
      inputs: { M: { folder: { S: '/srv/notes' } } },
      requestedBy: { S: 'another program' },
      status: { S: 'PENDING_DEPLOY' },
    };
    await aws.dynamodb.send(new PutItemCommand({ TableName: REQUESTS_TABLE, Item }));
    const listed = async () =>
      (await aws.requests.list('PENDING_DEPLOY', 1000)).requests.filter(({ id }) => id === 'undated');
    expect(await listed()).toEqual([]);
    states.addFaults({ times: Infinity, action: { kind: 'answer', status: 500, body: '{}' } });
    const [first] = await recordsOf('undated');
    expect((await handler({ Records: [first] })).batchItemFailures).toHaveLength(1);
    const [request] = await listed();
    expect(request).toMatchObject({ generation: 1, revision: 2, createdAt: request?.updatedAt });
    expect(Date.parse(request?.updatedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    states.clearFaults();
    // The date is one more record of what is pending, and starts no second workflow.
    const records = await recordsOf('undated');
    expect(records).toHaveLength(2);
    expect(await handler({ Records: records })).toEqual(ALL_WELL);
    expect((await listed())[0]?.revision).toBe(2);
    const started = await aws.executions('deploy');
    expect(started.filter((name) => name.startsWith('undated'))).toEqual(['undated-deploy-1']);
  });

  it('passes over rows that are no requests, and says so', async () => {
    const row = { status: { S: 'PENDING_DEPLOY' }, updatedAt: { S: new Date().toISOString() } };
    for (const id of ['no-request', 'NOT AN ID']) {
      await aws.dynamodb.send(
        new PutItemCommand({ TableName: REQUESTS_TABLE, Item: { ...row, id: { S: id } } }),
      );
    }
    await aws.ask('behind-them', 'example', NOTES);
    logged.length = 0;
    const records = await recordsOf('no-request', 'NOT AN ID', 'behind-them');
    expect(await handler({ Records: records })).toEqual(ALL_WELL);
    expect(logged.filter((line) => /"message":\s*"RowUnreadable"/.test(line))).toHaveLength(2);
    expect(await aws.executions('deploy')).toContain('behind-them-deploy-1');
  });
});
