import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { SyncError } from '../../domain/errors.ts';
import { redact } from '../../domain/secrets/redaction.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { serviceErrorOf } from './service-errors.ts';

/** Publishes messages to a topic, from where subscriptions take them to people. */
export function createSnsNotifier({ sns, topicArn }: { sns: SNSClient; topicArn: string }): Notifier {
  return {
    async notify({ subject, body }) {
      try {
        const message = { TopicArn: topicArn, Subject: redact(subject), Message: redact(body) };
        const { MessageId = '' } = await sns.send(new PublishCommand(message));
        return { messageId: MessageId };
      } catch (cause) {
        throw new SyncError(
          'NotificationFailed',
          `The topic ${topicArn} did not take the message "${subject}" (${serviceErrorOf(cause).name}).`,
          { cause },
        );
      }
    },
  };
}
