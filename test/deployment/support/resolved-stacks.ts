import path from 'node:path';
import { type Json, type Parameters, resolveTemplate, type Template } from './cloudformation.ts';
import type { DeploymentTools } from './deployment-tools.ts';

/** A stack's template as CloudFormation would create it with each of these parameters. */
export async function resolvedStacks(
  tools: DeploymentTools,
  file: string,
  sets: readonly Parameters[],
): Promise<readonly Template[]> {
  const script = path.join(import.meta.dirname, 'transform.py');
  const templates = JSON.parse(await tools.run('python', [script, file], JSON.stringify(sets))) as Template[];
  return templates.map((transformed, at) => resolveTemplate(transformed, sets[at] ?? {}));
}

/** Every statement of a policy's document. */
export function statementsIn(document: Json): readonly Json[] {
  return [document?.Statement ?? []].flat();
}
