import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Json } from './cloudformation.ts';

/** Calls moto's EventBridge by plain requests: nothing but these tests needs a client for it. */
export async function callEventBridge(url: string, operation: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSEvents.${operation}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/events/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${await response.text()}`);
}

/** Takes every message out of a queue; each is JSON. */
export async function drainQueue(sqs: SQSClient, queueUrl: string): Promise<readonly Json[]> {
  const bodies: Json[] = [];
  for (;;) {
    const batch = { QueueUrl: queueUrl, MaxNumberOfMessages: 10 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(batch));
    if (Messages.length === 0) return bodies;
    for (const { Body = '', ReceiptHandle } of Messages) {
      bodies.push(JSON.parse(Body));
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
}
