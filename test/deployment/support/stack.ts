import { type Json, type Parameters, resolveTemplate, type Template } from './cloudformation.ts';
import type { DeploymentTools } from './deployment-tools.ts';
import { transformedBy } from './transformed.ts';

/** A stack's template as SAM transforms it, and as CloudFormation would create it with each of these parameters. */
export async function stacksOf(
  tools: DeploymentTools,
  file: string,
  sets: readonly Parameters[],
): Promise<readonly { readonly transformed: Template; readonly resolved: Template }[]> {
  const templates = await transformedBy(tools, file, sets);
  return templates.map((transformed, at) => ({
    transformed,
    resolved: resolveTemplate(transformed, sets[at] ?? {}),
  }));
}

/** Every statement of every role of a stack: who, and what. */
export function statementsOf(stack: Template): readonly (readonly [string, Json])[] {
  return Object.entries(stack.Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .flatMap(([role, { Properties }]) =>
      (Properties['Policies'] ?? []).flatMap(({ PolicyDocument }: Json) =>
        PolicyDocument.Statement.map((statement: Json) => [role, statement] as const),
      ),
    );
}
