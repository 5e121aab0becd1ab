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
    if (!response.ok) throw new Error(`status ${response.status}`);
    return taskMetadata.parse(await readText(response)).TaskARN;
  } catch (cause) {
    throw new SyncError('ServiceUnavailable', `ECS did not say which task this is (${url}).`, { cause });
  }
}

/** Reads no further than to what is too much. */
async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > LARGEST) throw new Error(`more than ${LARGEST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
