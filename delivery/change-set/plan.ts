import type { ResourceChange } from './schema.ts';

/** A change set with those of its nested stacks, each by the id that its parent names. */
export interface ChangeSetTree {
  readonly stackName: string;
  readonly status: string;
  readonly statusReason: string;
  readonly changes: readonly ResourceChange[];
  readonly nested: ReadonlyMap<string, ChangeSetTree>;
}

/** The names of the outputs that differ between what runs and what would. */
export interface OutputChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

type Kind = 'replaced' | 'maybe-replaced' | 'removed' | 'changed' | 'added' | 'undecided';

export interface PlannedChange {
  readonly kind: Kind;
  /** Logical ids from the root stack down. */
  readonly path: readonly string[];
  readonly type: string;
  /** Paths of the properties where CloudFormation tells them, names where it does not. */
  readonly properties: readonly string[];
  /** Changes who may do what. */
  readonly iam: boolean;
  /** What becomes of the old resource, where there is one. */
  readonly old: 'deleted' | 'kept' | 'snapshot' | undefined;
}

/** What a deployment would do to one stack. Names and paths only. */
export type StackPlan =
  | {
      readonly kind: 'changes';
      readonly stackName: string;
      readonly changes: readonly PlannedChange[];
      /** Functions and state machines that get a new version, as every release gives them. */
      readonly versions: readonly string[];
      readonly outputs: OutputChanges;
    }
  | { readonly kind: 'no-changes'; readonly stackName: string }
  | { readonly kind: 'created'; readonly stackName: string; readonly types: ReadonlyMap<string, number> }
  | { readonly kind: 'failed'; readonly stackName: string };

const NO_CHANGES = /didn't contain changes|no updates are to be performed/i;

/** CloudFormation answers FAILED when there is nothing to do. */
function hasNoChanges({ status, statusReason }: Pick<ChangeSetTree, 'status' | 'statusReason'>): boolean {
  return status === 'FAILED' && NO_CHANGES.test(statusReason);
}

export function planOf(tree: ChangeSetTree, outputs: OutputChanges): StackPlan {
  const { stackName } = tree;
  if (hasNoChanges(tree)) return { kind: 'no-changes', stackName };
  if (tree.status !== 'CREATE_COMPLETE') return { kind: 'failed', stackName };
  const changes = flatten(tree, []);
  const versions = changes.filter(isRelease);
  return {
    kind: 'changes',
    stackName,
    changes: changes.filter((change) => !isRelease(change)),
    versions: [...new Set(versions.map(({ path }) => ownerOf(path)))].toSorted(),
    outputs,
  };
}

function flatten(tree: ChangeSetTree, path: readonly string[]): readonly PlannedChange[] {
  return tree.changes.flatMap((change) => {
    const here = [...path, change.LogicalResourceId ?? ''];
    const nested = change.ChangeSetId === undefined ? undefined : tree.nested.get(change.ChangeSetId);
    // A nested stack counts as modified whether anything in it changes or not: what is in it says more.
    const own = nested !== undefined && change.Action === 'Modify' ? [] : [plannedChange(change, here)];
    return [...own, ...(nested === undefined ? [] : flatten(nested, here))];
  });
}

function plannedChange(change: ResourceChange, path: readonly string[]): PlannedChange {
  const properties = [...new Set(change.Details.flatMap(({ Target }) => propertyOf(Target) ?? []))];
  const type = change.ResourceType ?? '';
  return {
    kind: kindOf(change),
    path,
    type,
    properties,
    iam: isIam(type, properties),
    old: fateOfOld(change),
  };
}

/** A changed parameter gives two details for one property, so the same name may come twice. */
function propertyOf(target: ResourceChange['Details'][number]['Target']): string | undefined {
  if (target === undefined) return undefined;
  return target.Path ?? target.Name ?? target.Attribute;
}

function kindOf({ Action, Replacement }: ResourceChange): Kind {
  switch (Action) {
    case 'Add':
    case 'Import':
      return 'added';
    case 'Remove':
      return 'removed';
    case 'Modify':
      if (Replacement === 'True') return 'replaced';
      return Replacement === 'Conditional' ? 'maybe-replaced' : 'changed';
    default:
      return 'undecided';
  }
}

/** Without a policy CloudFormation deletes what it removes or replaces. */
function fateOfOld(change: ResourceChange): PlannedChange['old'] {
  if (!['removed', 'replaced', 'maybe-replaced'].includes(kindOf(change))) return undefined;
  const policy = change.PolicyAction ?? 'Delete';
  if (policy.endsWith('Retain')) return 'kept';
  return policy.endsWith('Snapshot') ? 'snapshot' : 'deleted';
}

const IAM_TYPES =
  /^AWS::(IAM::.*|(S3::Bucket|SNS::Topic|SQS::Queue|SecretsManager::Resource|ECR::Registry|Events::EventBus)Policy|Lambda::(Permission|LayerVersionPermission|Url)|KMS::(Key|Grant)|.*::ResourcePolicy)$/;

const IAM_PROPERTIES =
  /^(?:\/Properties\/)?(Role|RoleArn|RoleARN|ExecutionRoleArn|TaskRoleArn|ServiceRoleArn|PermissionsBoundary|AssumeRolePolicyDocument|Policies|ManagedPolicyArns|PolicyDocument|KeyPolicy|RepositoryPolicyText|ResourcePolicy|Target\/RoleArn)(?:\/|$)/;

function isIam(type: string, properties: readonly string[]): boolean {
  return IAM_TYPES.test(type) || properties.some((property) => IAM_PROPERTIES.test(property));
}

const VERSIONS = /^AWS::(Lambda::Version|StepFunctions::StateMachineVersion)$/;
const ALIASES = /^AWS::(Lambda::Alias|StepFunctions::StateMachineAlias)$/;
const SHIFT =
  /(^|\/)(FunctionVersion|DeploymentPreference|RoutingConfiguration|StateMachineVersionArn)(\/|$)/;

/** Every release makes new versions and moves the aliases to them: told in one line, lest it bury the rest. */
function isRelease({ type, kind, old, properties }: PlannedChange): boolean {
  if (VERSIONS.test(type)) return kind === 'added' || old === 'kept';
  return (
    ALIASES.test(type) &&
    kind === 'changed' &&
    properties.length > 0 &&
    properties.every((property) => SHIFT.test(property))
  );
}

/** SAM names a version after what it is a version of: `ReadConfigFunctionVersion98be060fd8`, `…Aliaslive`. */
function ownerOf(path: readonly string[]): string {
  const name = path.at(-1) ?? '';
  return [...path.slice(0, -1), name.replace(/(Version([0-9a-f]{10})?|Alias[a-z][A-Za-z0-9_-]*)$/, '')].join(
    '/',
  );
}
