import { SyncError } from '../../domain/errors.ts';
import { taskMetadata } from './schema.ts';

const LARGEST = 1024 * 1024;

/**
 * The ARN of the task that this process is in, from the address in ECS_CONTAINER_METADATA_URI_V4, which ECS answers
 * within the task. Throws ServiceUnavailable: a runner whose task nobody knows could never be called dead.
 */
export async function readOwnTask(metadata: string): Promise<string> {
  const url = `${metadata}/task`;
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    if (response.ok && text.length <= LARGEST) return taskMetadata.parse(text).TaskARN;
    throw new Error(`status ${response.status}`);
  } catch (cause) {
    throw new SyncError('ServiceUnavailable', `ECS did not say which task this is (${url}).`, { cause });
  }
}
