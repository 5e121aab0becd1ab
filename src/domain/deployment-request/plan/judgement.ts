import type { Problem } from '../../errors.ts';
import { printable, quote } from '../../integrity/untrusted-text.ts';
import { matches } from '../kind/module-judgement.ts';
import type { Allowance } from '../kind/schema.ts';
import type { PlanCounts, PlannedChange } from '../request.ts';
import type { ModuleConfiguration, PlanDocument } from './schema.ts';

/** Comes with Terraform itself. */
const BUILT_IN = 'terraform.io/builtin/terraform';

/**
 * What of a plan the kind does not allow: after init everything that could be pulled in is there, at every depth.
 * `providers`: the addresses in the lock file.
 */
export function judgePlan(
  plan: PlanDocument,
  allow: Allowance,
  providers: readonly string[],
): readonly Problem[] {
  const { configuration, resource_changes: changes } = plan;
  const foreign = Object.values(configuration.provider_config)
    .map(({ full_name: name }) => name)
    .filter((name) => name !== undefined && name !== BUILT_IN && !providers.includes(name))
    .map((name) => ({
      path: printable(name ?? ''),
      message: 'is a provider that the lock file does not name',
    }));
  const types = changes
    .filter(({ mode, type }) => mode === 'managed' && !matches(allow.resources, type))
    .map(({ address }) => ({ path: shown(address), message: 'is of a type that kind.json does not allow' }));
  return [...foreign, ...judgeConfiguration(configuration.root_module, '', allow), ...types];
}

function judgeConfiguration(
  module: ModuleConfiguration,
  prefix: string,
  allow: Allowance,
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { address, mode, type, provisioners = [] } of module.resources ?? []) {
    const path = shown(`${prefix}${address}`);
    for (const { type: how } of allow.provisioners ? [] : provisioners) {
      problems.push({ path, message: `has the provisioner ${quote(how)}, which runs code of its own` });
    }
    if (mode === 'managed') continue;
    if (mode !== 'data' || !allow.dataSources.includes(type)) {
      problems.push({
        path,
        message: 'is a data source that kind.json does not allow: some run code at plan time',
      });
    }
  }
  for (const [name, { source = '', module: inner }] of Object.entries(module.module_calls ?? {})) {
    const path = shown(`${prefix}module.${name}`);
    if (!/^\.{1,2}\//.test(source)) problems.push({ path, message: `has the source ${quote(source)}` });
    if (inner !== undefined) problems.push(...judgeConfiguration(inner, `${path}.`, allow));
  }
  return problems;
}

const shown = (address: string): string => printable(address).slice(0, 300);

/** What a plan would do, without a value. Reading and leaving as it is are nothing. */
export function changesOf(plan: Pick<PlanDocument, 'resource_changes'>): readonly PlannedChange[] {
  return plan.resource_changes.flatMap(({ address, mode, change }) => {
    const action = mode === 'managed' ? actionOf(change.actions) : undefined;
    return action === undefined ? [] : [{ address: shown(address), action }];
  });
}

function actionOf(actions: readonly string[]): PlannedChange['action'] | undefined {
  if (actions.includes('create') && actions.includes('delete')) return 'replace';
  const [first] = actions;
  return first === 'create' || first === 'update' || first === 'delete' ? first : undefined;
}

export function countChanges(changes: readonly PlannedChange[]): PlanCounts {
  const count = (action: PlannedChange['action']) => changes.filter((each) => each.action === action).length;
  return {
    add: count('create'),
    change: count('update'),
    replace: count('replace'),
    destroy: count('delete'),
  };
}

/** What is no longer as the state says, without a value: `notes_note.a (delete)`. */
export function driftOf(plan: Pick<PlanDocument, 'resource_drift'>): readonly string[] {
  return plan.resource_drift
    .filter(({ change }) => change.actions.some((action) => action !== 'no-op'))
    .map(({ address, change }) =>
      `${shown(address)} (${printable(change.actions.join(', '))})`.slice(0, 500),
    );
}

/** Every text that a plan marks as sensitive: what logs must not say. */
export function sensitiveTexts(plan: PlanDocument): ReadonlySet<string> {
  const found = new Set<string>();
  const changes = [
    ...plan.resource_changes.map(({ change }) => change),
    ...plan.resource_drift.map(({ change }) => change),
    ...Object.values(plan.output_changes),
  ];
  for (const change of changes) {
    gather(change.before, change.before_sensitive, found);
    gather(change.after, change.after_sensitive, found);
  }
  return found;
}

/** `marks` is true for a whole value, or has the form of the value with true in the sensitive places. */
function gather(value: unknown, marks: unknown, found: Set<string>): void {
  if (marks === true) gatherAll(value, found);
  else if (typeof value === 'object' && value !== null && typeof marks === 'object' && marks !== null) {
    for (const [key, mark] of Object.entries(marks))
      gather((value as Record<string, unknown>)[key], mark, found);
  }
}

function gatherAll(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') found.add(value);
  else if (typeof value === 'number') found.add(String(value));
  else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) gatherAll(each, found);
  }
}
