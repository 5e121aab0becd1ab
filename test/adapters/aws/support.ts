import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { type AwsClients, awsClients, REGION } from '../../../scripts/stand-ins/aws-resources.ts';
import type { RunningMoto } from '../../../scripts/stand-ins/moto.ts';
import { deploymentTools } from '../../deployment/support/deployment-tools.ts';
import { borrowMoto } from '../../support/run-client.ts';

export interface Moto extends RunningMoto {
  readonly clients: AwsClients;
}

const tools = await deploymentTools();

/** Whether moto can be had at all; without Python the suites are skipped. */
export const motoIsHere = tools !== undefined;

export async function runMoto(): Promise<Moto> {
  if (!tools) throw new Error('moto is not there: skip the suite.');
  const moto = await borrowMoto(tools.program('moto_server'));
  return { ...moto, clients: awsClients(moto.url) };
}

export async function newBucket({ s3 }: AwsClients, versioned = true): Promise<string> {
  const Bucket = `configs-${randomUUID()}`;
  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  if (versioned) {
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  }
  return Bucket;
}

/** The version id; null in a bucket that keeps none. */
export async function putText({ s3 }: AwsClients, Bucket: string, Body: string): Promise<string | null> {
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'config.json', Body }));
  return VersionId ?? null;
}

export async function newSecret({ secrets }: AwsClients, SecretString: string): Promise<string> {
  const Name = `secret-${randomUUID()}`;
  await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  return Name;
}

/** A topic and a queue that is told everything the topic is. */
export async function newTopic({ sns, sqs }: AwsClients): Promise<{ topicArn: string; queueUrl: string }> {
  const name = `topic-${randomUUID()}`;
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const Endpoint = `arn:aws:sqs:${REGION}:123456789012:${name}`;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
  return { topicArn: TopicArn, queueUrl: QueueUrl };
}
