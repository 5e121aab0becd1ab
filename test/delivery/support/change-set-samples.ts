import {
  type ChangeSetTree,
  type OutputChanges,
  planOf,
  type StackPlan,
} from '../../../delivery/change-set/plan.ts';
import { changeSetPage } from '../../../delivery/change-set/schema.ts';

/** One change as DescribeChangeSet tells it. */
export function change(
  action: string,
  id: string,
  type: string,
  more: { replacement?: string; policy?: string; changeSet?: string; targets?: readonly object[] } = {},
): object {
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: action,
      LogicalResourceId: id,
      ResourceType: type,
      ...(more.replacement === undefined ? {} : { Replacement: more.replacement }),
      ...(more.policy === undefined ? {} : { PolicyAction: more.policy }),
      ...(more.changeSet === undefined ? {} : { ChangeSetId: more.changeSet }),
      Details: (more.targets ?? []).map((Target) => ({ Target, Evaluation: 'Static' })),
    },
  };
}

export const NO_OUTPUTS: OutputChanges = { added: [], changed: [], removed: [] };

/** The tree of these pages, as the commands put it together. */
export function treeOf(
  pages: readonly unknown[],
  nested: ReadonlyMap<string, ChangeSetTree> = new Map(),
): ChangeSetTree {
  const read = pages.map((page) => changeSetPage.parse(page));
  return {
    stackName: read[0]?.StackName ?? 'provider-sync-prod',
    status: read[0]?.Status ?? '',
    statusReason: read[0]?.StatusReason ?? '',
    changes: read.flatMap(({ Changes }) => Changes),
    nested,
  };
}

/** The plan of a change set with these changes. */
export function planWith(changes: readonly object[], outputs: OutputChanges = NO_OUTPUTS): StackPlan {
  return planOf(
    treeOf([{ StackName: 'provider-sync-prod', Status: 'CREATE_COMPLETE', Changes: changes }]),
    outputs,
  );
}
