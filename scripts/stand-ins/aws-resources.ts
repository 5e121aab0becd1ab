import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';

export const REGION = 'eu-central-1';
const ACCOUNT = '123456789012';
export const BUCKET = 'provider-sync-config';
export const CONFIG_KEY = 'config.json';
export const SECRET = 'provider-sync/token';
export const TOPIC_ARN = `arn:aws:sns:${REGION}:${ACCOUNT}:provider-sync`;
const QUEUE = 'provider-sync-messages';

export interface AwsClients {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
  readonly sns: SNSClient;
}

export function awsClients(endpoint: string): AwsClients {
  const options = {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  return {
    s3: new S3Client({ ...options, forcePathStyle: true }),
    sqs: new SQSClient(options),
    secrets: new SecretsManagerClient(options),
    sns: new SNSClient(options),
  };
}

/** What the template makes that a function touches: the bucket, the secret, the topic; and a queue that reads it. */
export async function createResources(
  clients: AwsClients,
  token: string,
): Promise<{ readonly queueUrl: string }> {
  const { s3, secrets, sns, sqs } = clients;
  const Bucket = BUCKET;
  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  await secrets.send(new CreateSecretCommand({ Name: SECRET, SecretString: JSON.stringify({ token }) }));
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }));
  await sns.send(new CreateTopicCommand({ Name: 'provider-sync' }));
  const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT}:${QUEUE}`;
  await sns.send(new SubscribeCommand({ TopicArn: TOPIC_ARN, Protocol: 'sqs', Endpoint }));
  return { queueUrl: QueueUrl };
}
