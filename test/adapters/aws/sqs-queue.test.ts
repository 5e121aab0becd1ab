import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSqsQueue, findSqsQueue } from '../../../src/adapters/aws/sqs-queue.ts';
import { describeMessageQueueContract } from '../../contract/message-queue.ts';
import { type Moto, motoIsHere, runMoto } from './support.ts';

describe.skipIf(!motoIsHere)('queues of SQS (need Python and pip)', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await runMoto();
  }, 120_000);
  afterAll(() => moto?.close());

  async function newQueue(): Promise<string> {
    const created = new CreateQueueCommand({ QueueName: `queue-${randomUUID()}` });
    return (await moto.clients.sqs.send(created)).QueueUrl ?? '';
  }

  describeMessageQueueContract('SQS', async () => createSqsQueue(moto.clients.sqs, await newQueue()));

  it('are found by their name, or said not to be there', async () => {
    const name = (await newQueue()).split('/').at(-1) ?? '';
    expect((await findSqsQueue(moto.clients.sqs, name)).name).toBe(name);
    await expect(findSqsQueue(moto.clients.sqs, 'provider-ledger-events-none')).rejects.toMatchObject({
      code: 'ArgumentsInvalid',
      message: expect.stringContaining('provider-ledger-events-none'),
    });
  });

  it('that cannot be reached say so, and that it may pass', async () => {
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
    const options = { endpoint: 'http://127.0.0.1:1', region: 'eu-central-1', credentials, maxAttempts: 1 };
    const queue = createSqsQueue(new SQSClient(options), 'http://127.0.0.1:1/123456789012/gone');
    await expect(queue.send('{}')).rejects.toMatchObject({ code: expect.stringMatching(/^Service/) });
  });
});
