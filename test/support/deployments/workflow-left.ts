import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { createS3Deployments } from '../../../src/adapters/aws/s3-deployment-store.ts';
import { DEPLOYMENTS_BUCKET } from './aws-world.ts';
import { judgeLeft, madeTwice } from './left.ts';
import type { WorkflowWorld } from './workflow-world.ts';

const Bucket = DEPLOYMENTS_BUCKET;

/** Everything that must not be so when the workflow of a deployment is over; empty when all is well. */
export async function wrongWith(world: WorkflowWorld, id: string): Promise<readonly string[]> {
  const { s3 } = world.aws.moto.clients;
  const request = await world.aws.read(id);
  const store = createS3Deployments({ s3, bucket: Bucket, prefix: '' });
  // A state that could not be written lies beside it until the next run brings it back.
  const errored = await store.get(`errored/${id}.tfstate`);
  const state = errored === undefined ? await store.readState(id) : new TextDecoder().decode(errored);
  const existing = (await world.existing(id)).map((name) => name.slice(id.length + 1, -'.json'.length));
  const found = [...judgeLeft({ request, state, existing })];
  const twice = madeTwice(await world.journal(id));
  if (twice.length > 0) found.push(`made twice ${twice.join(', ')}`);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `state/${id}/` }));
  const locked = Contents.some(({ Key = '' }) => Key.endsWith('.tflock'));
  if (locked && request.status !== 'FAILED') found.push('left its lock');
  return found;
}

/** Where a text stands: output, row, ledger and logs, of which none may hold a secret. */
export async function placesOf(world: WorkflowWorld, id: string, text: string): Promise<readonly string[]> {
  const { aws, output } = world;
  const found: string[] = [];
  if (output.join('\n').includes(text)) found.push('the output of functions or tasks');
  if (JSON.stringify(await aws.read(id)).includes(text)) found.push('the row');
  if ((await world.told()).includes(text)) found.push('the ledger');
  const { s3 } = aws.moto.clients;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `logs/${id}-` }));
  for (const { Key } of Contents) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    if ((await Body?.transformToString())?.includes(text)) found.push(String(Key));
  }
  return found;
}
