import path from 'node:path';
import { oncePerRun } from '../../support/run-client.ts';
import type { Parameters, Template } from './cloudformation.ts';
import type { DeploymentTools } from './deployment-tools.ts';

const SCRIPT = path.join(import.meta.dirname, 'transform.py');

/** A template's file as SAM transforms it for each of these sets of parameters. */
export async function transformedBy(
  tools: DeploymentTools,
  file: string,
  sets: readonly Parameters[],
): Promise<readonly Template[]> {
  return JSON.parse(await tools.run('python', [SCRIPT, file], JSON.stringify(sets)));
}

/** The same where several files of tests ask for the same: the tools start, and read the template, once a run. */
export function transformedOnce(
  tools: DeploymentTools,
  file: string,
  sets: readonly Parameters[],
): Promise<readonly Template[]> {
  const key = `transformed ${file} ${JSON.stringify(sets)}`;
  return oncePerRun(key, () => transformedBy(tools, file, sets));
}
