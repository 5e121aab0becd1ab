import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '../../../scripts/stand-ins/aws-resources.ts';
import { createS3TurnQueue } from '../../../src/adapters/aws/s3-turn-queue.ts';
import { turnQueueContract } from '../../contract/turn-queue.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { type Moto, motoIsHere, newBucket, runMoto } from './support.ts';

const run = { executionId: 'a', wants: 'latest', since: '2026-01-01T00:00:00.000Z' };

describe.skipIf(!motoIsHere)('the queue of runs in S3 (needs Python and pip)', () => {
  let moto: Moto;
  let bucket = '';
  beforeAll(async () => {
    moto = await runMoto();
    bucket = await newBucket(moto.clients);
  }, 120_000);
  afterAll(() => moto?.close());

  turnQueueContract(async () => createS3TurnQueue(moto.clients.s3, { bucket, key: `queue-${randomUUID()}` }));

  it.each(['', 'no JSON', '{"runs":[{"executionId":1}]}'])(
    'counts as empty where somebody put %j into its place, and is then mended',
    async (Body) => {
      const key = `queue-${randomUUID()}`;
      await moto.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
      const queue = createS3TurnQueue(moto.clients.s3, { bucket, key });
      const { runs, revision } = await queue.read();
      expect(runs).toEqual([]);
      expect(await queue.write([run], revision)).toBe(true);
      expect((await queue.read()).runs).toEqual([run]);
    },
  );
});

describe('S3 that refuses', () => {
  const place = { bucket: 'configs', key: 'config.json.stack.runs' };

  it('to say whether the object is there, as it does without the right to list, is taken for its absence', async () => {
    await using server = await scriptedServer(() => ({ status: 403, body: '' }));
    const queue = createS3TurnQueue(awsClients(server.url).s3, place);
    expect(await queue.read()).toEqual({ runs: [], revision: undefined });
  });

  it('to write is said to a person', async () => {
    await using server = await scriptedServer(() => ({ status: 403, body: '' }));
    await expect(
      createS3TurnQueue(awsClients(server.url).s3, place).write([run], undefined),
    ).rejects.toMatchObject({
      code: 'ConfigUnreadable',
      message: expect.stringContaining('s3://configs/config.json.stack.runs'),
    });
  });

  it.each([412, 409, 404])('with %i has been changed by another', async (status) => {
    await using server = await scriptedServer(() => ({ status, body: '' }));
    expect(await createS3TurnQueue(awsClients(server.url).s3, place).write([run], '"1"')).toBe(false);
  });
});
