import { type Json, type Parameters, resolveTemplate, type Template } from './cloudformation.ts';
import type { DeploymentTools } from './deployment-tools.ts';
import { transformedBy } from './transformed.ts';

/** A stack's template as CloudFormation would create it with each of these parameters. */
export async function resolvedStacks(
  tools: DeploymentTools,
  file: string,
  sets: readonly Parameters[],
): Promise<readonly Template[]> {
  const templates = await transformedBy(tools, file, sets);
  return templates.map((transformed, at) => resolveTemplate(transformed, sets[at] ?? {}));
}

/** Every statement of a policy's document. */
export function statementsIn(document: Json): readonly Json[] {
  return [document?.Statement ?? []].flat();
}
