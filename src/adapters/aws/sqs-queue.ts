import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { SyncError } from '../../domain/errors.ts';
import type { MessageQueue } from '../../ports/message-queue.ts';
import { isUnanswered, serviceErrorOf, serviceUnavailable } from './service-errors.ts';

/** The most that SQS hands out at once, and the longest that it hides a message. */
const BATCH = 10;
const LONGEST_HIDDEN_SECONDS = 43_200;

/** A standard queue of SQS. Its role needs no more than the methods that are called. */
export function createSqsQueue(sqs: SQSClient, queueUrl: string): MessageQueue {
  const name = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  const asking = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      throw queueError(`${what} the queue ${name}`, error);
    }
  };
  return {
    name,
    receive: (hiddenSeconds) =>
      asking('Reading', async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl,
            MaxNumberOfMessages: BATCH,
            VisibilityTimeout: hiddenSeconds,
            // All of the queue's servers are asked: a short poll may find nothing where there is something.
            WaitTimeSeconds: 1,
            MessageSystemAttributeNames: ['ApproximateReceiveCount'],
          }),
        );
        return Messages.map(({ MessageId = '', Body = '', ReceiptHandle = '', Attributes }) => ({
          id: MessageId,
          body: Body,
          receipt: ReceiptHandle,
          receives: Number(Attributes?.ApproximateReceiveCount ?? 1),
        }));
      }),
    send: (body, attributes = {}) =>
      asking('Sending to', async () => {
        const values = Object.entries(attributes).map(([key, value]) => [
          key,
          { DataType: 'String', StringValue: value },
        ]);
        const MessageAttributes = Object.fromEntries(values);
        await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, MessageAttributes }));
      }),
    delete: ({ receipt }) =>
      asking('Deleting from', async () => {
        await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receipt }));
      }),
    hide: ({ receipt }, seconds) =>
      asking('Giving back to', async () => {
        await sqs.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: queueUrl,
            ReceiptHandle: receipt,
            VisibilityTimeout: Math.min(seconds, LONGEST_HIDDEN_SECONDS),
          }),
        );
      }),
  };
}

/** The queue of a name, of the account and region of the client. Throws ArgumentsInvalid when there is none. */
export async function findSqsQueue(sqs: SQSClient, name: string): Promise<MessageQueue> {
  try {
    const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    return createSqsQueue(sqs, QueueUrl);
  } catch (error) {
    throw queueError(`Looking for the queue ${name}`, error);
  }
}

function queueError(what: string, error: unknown): SyncError {
  const service = serviceErrorOf(error);
  if (isUnanswered(service)) return serviceUnavailable(what, error);
  const missing = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'].includes(service.name);
  const why = missing ? 'there is no queue of this name in this account and region' : service.name;
  return new SyncError(missing ? 'ArgumentsInvalid' : 'AccessDenied', `${what} failed: ${why}.`, {
    cause: error,
  });
}
