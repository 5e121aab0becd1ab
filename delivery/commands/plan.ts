// Usage: node delivery/commands/plan.ts PACKAGED_TEMPLATE TEMPLATE_URL FOLDER
// Shows what a pull request would do to the stacks in PLAN_ENVIRONMENTS (default prod): FOLDER/comment.md for the pull
// request and FOLDER/plan.md with everything. The change sets are deleted again; none is ever executed.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderPlans } from '../change-set/comment.ts';
import { planOf, type StackPlan } from '../change-set/plan.ts';
import { createChangeSet, deleteChangeSet, outputChanges, reasonsOf } from '../cloudformation/change-sets.ts';
import { changeSetParameters, RELEASE_PARAMETER, releaseId } from '../cloudformation/parameters.ts';
import { type PackagedTemplate, packagedTemplate } from '../cloudformation/schema.ts';
import { findStack, templateOfStack } from '../cloudformation/stacks.ts';
import { parseTemplate } from '../cloudformation/template.ts';
import {
  type Environment,
  environmentOf,
  parametersOf,
  stackNameOf,
  stackTags,
} from '../deployment/settings.ts';
import { job, summarize } from '../github/job.ts';

const run = `${process.env['GITHUB_RUN_ID'] ?? 'local'}-${process.env['GITHUB_RUN_ATTEMPT'] ?? '1'}`;

await job(async () => {
  const [file = '', url = '', folder = 'plan'] = process.argv.slice(2);
  const template = packagedTemplate.parse(parseTemplate(await readFile(file, 'utf8')));
  const plans: StackPlan[] = [];
  for (const name of (process.env['PLAN_ENVIRONMENTS'] || 'prod').split(/[ ,]+/)) {
    plans.push(await planFor(environmentOf(name), template, url));
  }
  const place = `${process.env['GITHUB_SERVER_URL'] ?? ''}/${process.env['GITHUB_REPOSITORY'] ?? ''}`;
  const where = `The whole plan is in the summary and in the artifact \`plan\` of [this run](${place}/actions/runs/${process.env['GITHUB_RUN_ID'] ?? ''}).`;
  const { comment, full } = renderPlans(plans, where);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'comment.md'), comment);
  await writeFile(path.join(folder, 'plan.md'), full);
  summarize(full);
  if (plans.some(({ kind }) => kind === 'failed'))
    throw new Error('A change set could not be made: see above.');
});

async function planFor(
  environment: Environment,
  template: PackagedTemplate,
  url: string,
): Promise<StackPlan> {
  const stackName = stackNameOf(environment);
  const stack = await findStack(stackName);
  // A change set for a stack that is not there would leave an empty stack behind.
  if (stack === undefined) return { kind: 'created', stackName, types: typesOf(template) };
  const given = await parametersOf(environment);
  const commit = process.env['GITHUB_SHA'] ?? '';
  const name = `plan-${run}`;
  try {
    const tree = await createChangeSet({
      stackName,
      name,
      type: 'UPDATE',
      templateUrl: url,
      tags: stackTags(environment),
      parameters: changeSetParameters(template, { ...given, [RELEASE_PARAMETER]: releaseId(commit, given) }, [
        ...stack.parameters.keys(),
      ]),
    });
    const plan = planOf(tree, outputChanges(await templateOfStack(stackName), template));
    if (plan.kind === 'failed') console.error(reasonsOf(tree).join('\n'));
    return plan;
  } finally {
    // Where it could not even be made there is nothing to delete, and what went wrong matters more.
    await deleteChangeSet(stackName, name).catch((error: unknown) => {
      console.error(String(error));
    });
  }
}

function typesOf({ Resources }: PackagedTemplate): ReadonlyMap<string, number> {
  const types = new Map<string, number>();
  for (const { Type } of Object.values(Resources)) types.set(Type, (types.get(Type) ?? 0) + 1);
  return new Map([...types].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
