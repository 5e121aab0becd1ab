import { isDeepStrictEqual } from 'node:util';
import type { ChangeSetTree, OutputChanges } from '../change-set/plan.ts';
import { type ChangeSetPage, changeSetPage } from '../change-set/schema.ts';
import { aws, pause } from './aws-cli.ts';
import type { ChangeSetParameter } from './parameters.ts';
import type { PackagedTemplate } from './schema.ts';

export interface ChangeSetRequest {
  readonly stackName: string;
  /** At most 128 letters, digits and hyphens. */
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly templateUrl: string;
  readonly parameters: readonly ChangeSetParameter[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Makes a change set with those of the nested stacks and waits until it, and all of them, can be looked at. */
export async function createChangeSet(request: ChangeSetRequest): Promise<ChangeSetTree> {
  const tags = Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value }));
  await aws(
    'cloudformation',
    'create-change-set',
    '--stack-name',
    request.stackName,
    '--change-set-name',
    request.name,
    '--change-set-type',
    request.type,
    '--template-url',
    request.templateUrl,
    '--parameters',
    JSON.stringify(request.parameters),
    '--capabilities',
    'CAPABILITY_NAMED_IAM',
    'CAPABILITY_AUTO_EXPAND',
    '--tags',
    JSON.stringify(tags),
    '--include-nested-stacks',
  );
  for (;;) {
    const page = await describePage(['--stack-name', request.stackName, '--change-set-name', request.name]);
    if (page.Status !== 'CREATE_PENDING' && page.Status !== 'CREATE_IN_PROGRESS') break;
    await pause();
  }
  return describeChangeSet(
    ['--stack-name', request.stackName, '--change-set-name', request.name],
    request.stackName,
  );
}

/** A change set with all pages of its changes, and the nested ones below it. */
async function describeChangeSet(which: readonly string[], stackName: string): Promise<ChangeSetTree> {
  const first = await describePage(which);
  const changes = [...first.Changes];
  for (let token = first.NextToken; token; ) {
    const page = await describePage([...which, '--next-token', token]);
    changes.push(...page.Changes);
    token = page.NextToken;
  }
  const nested = new Map<string, ChangeSetTree>();
  for (const { ChangeSetId, LogicalResourceId = '' } of changes) {
    if (ChangeSetId === undefined) continue;
    nested.set(ChangeSetId, await describeChangeSet(['--change-set-name', ChangeSetId], LogicalResourceId));
  }
  return {
    stackName,
    status: first.Status ?? '',
    statusReason: first.StatusReason ?? '',
    changes,
    nested,
  };
}

async function describePage(which: readonly string[]): Promise<ChangeSetPage> {
  return changeSetPage.parse(await aws('cloudformation', 'describe-change-set', ...which, '--no-paginate'));
}

/** The reasons of the sets that could not be made, nested ones too: the root's own only says that there is one. */
export function reasonsOf(tree: ChangeSetTree): readonly string[] {
  const own = tree.status === 'FAILED' ? [`${tree.stackName}: ${tree.statusReason}`] : [];
  return [...own, ...[...tree.nested.values()].flatMap(reasonsOf)];
}

/** Deletes a change set, and with it those of the nested stacks. */
export async function deleteChangeSet(stackName: string, name: string): Promise<void> {
  await aws('cloudformation', 'delete-change-set', '--stack-name', stackName, '--change-set-name', name);
}

export async function executeChangeSet(stackName: string, name: string): Promise<void> {
  await aws('cloudformation', 'execute-change-set', '--stack-name', stackName, '--change-set-name', name);
}

/** A change set does not tell of outputs, so the templates are compared: names only, and what they are made from. */
export function outputChanges(before: PackagedTemplate, after: PackagedTemplate): OutputChanges {
  const names = (left: PackagedTemplate, right: PackagedTemplate) =>
    Object.keys(left.Outputs).filter((name) => !(name in right.Outputs));
  return {
    added: names(after, before),
    removed: names(before, after),
    changed: Object.keys(after.Outputs).filter(
      (name) => name in before.Outputs && !isDeepStrictEqual(before.Outputs[name], after.Outputs[name]),
    ),
  };
}
