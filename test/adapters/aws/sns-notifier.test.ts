import { afterAll, beforeAll, describe } from 'vitest';
import { createSnsNotifier } from '../../../src/adapters/aws/sns-notifier.ts';
import { describeNotifierContract } from '../../contract/notifier.ts';
import { drainQueue } from '../../deployment/support/event-bridge.ts';
import { type Moto, motoIsHere, newTopic, runMoto } from './support.ts';

describe.skipIf(!motoIsHere)('notifications through SNS (need Python and pip)', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await runMoto();
  }, 120_000);
  afterAll(() => moto?.close());

  describeNotifierContract('SNS', async (state) => {
    const { topicArn, queueUrl } = await newTopic(moto.clients);
    const { sns, sqs } = moto.clients;
    return {
      notifier: createSnsNotifier({ sns, topicArn: state === 'working' ? topicArn : `${topicArn}-gone` }),
      delivered: async () => {
        const messages = await drainQueue(sqs, queueUrl);
        return messages.map(({ Subject, Message }) => `${Subject}\n${Message}`).join('\n');
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  });
});
