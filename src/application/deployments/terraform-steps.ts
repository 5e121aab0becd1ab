import { type PlanDocument, planDocument } from '../../domain/deployment-request/plan/schema.ts';
import { type ErrorCode, SyncError } from '../../domain/errors.ts';
import type { TerraformCall, TerraformEnd, TerraformWorkspace } from '../../ports/terraform.ts';
import { type ApplyTracker, createApplyTracker, type RunLog } from './run-log.ts';

/** Names of files in the workspace. */
export const PLAN_FILE = 'plan.tfplan';
export const APPLY_OUTPUT = 'apply.jsonl';
export const ERRORED_STATE = 'errored.tfstate';

/** A plan's JSON that is larger than this is not looked at, and so not applied. */
const LARGEST_PLAN = 64 * 1024 * 1024;

export interface StepTerms {
  readonly workspace: TerraformWorkspace;
  readonly log: RunLog;
  readonly stop: AbortSignal;
}

/** One call, heard by the log. Throws the reason of the stop when it was stopped, whatever Terraform then said. */
async function call(
  { workspace, log, stop }: StepTerms,
  args: readonly string[],
  more: Pick<TerraformCall, 'onLine' | 'keepAs'> = {},
): Promise<TerraformEnd> {
  stop.throwIfAborted();
  const end = await workspace.run({ args, stop, onLine: (line) => log.hear(line), ...more });
  stop.throwIfAborted();
  return end;
}

/** From the mirror alone; the lock file stays as it is. */
export async function init(terms: StepTerms): Promise<void> {
  const { code } = await call(terms, ['init', '-input=false', '-lockfile=readonly', '-no-color', '-json']);
  if (code !== 0) throw failure(terms.log, 'terraform init');
}

export interface MadePlan {
  readonly bytes: Uint8Array;
  readonly document: PlanDocument;
  readonly changed: boolean;
}

/** A plan to create what is wanted, or to destroy what is there. */
export async function makePlan(terms: StepTerms, destroy: boolean): Promise<MadePlan> {
  const args = ['plan', '-input=false', '-no-color', '-json', '-detailed-exitcode', `-out=${PLAN_FILE}`];
  const { code } = await call(terms, destroy ? [...args, '-destroy'] : args);
  if (code !== 0 && code !== 2) throw failure(terms.log, 'terraform plan');
  const bytes = await terms.workspace.read(PLAN_FILE);
  if (bytes === undefined) throw new SyncError('TerraformFailed', 'terraform plan wrote no plan.');
  const document = await showPlan(terms);
  // The code of an interrupted plan says nothing, and it writes a file all the same.
  if (document.errored || !document.complete)
    throw new SyncError('TerraformFailed', 'The plan is not whole.');
  return { bytes, document, changed: code === 2 };
}

async function showPlan(terms: StepTerms): Promise<PlanDocument> {
  // Sensitive values stand in it: nobody hears it.
  const shown = await call(terms, ['show', '-no-color', '-json', PLAN_FILE], { onLine: () => {} });
  if (shown.code !== 0) throw new SyncError('TerraformFailed', 'terraform show could not read the plan.');
  const parsed = planDocument.safeParse(JSON.parse(await shown.output(LARGEST_PLAN)));
  if (parsed.success) return parsed.data;
  throw new SyncError('TerraformFailed', 'terraform show wrote a plan in a form that is not known.');
}

/** What is there compared with the state: nothing is changed, and nothing is written. */
export async function planRefresh(terms: StepTerms): Promise<PlanDocument> {
  const args = [
    'plan',
    '-refresh-only',
    '-input=false',
    '-no-color',
    '-json',
    '-lock=false',
    `-out=${PLAN_FILE}`,
  ];
  const { code } = await call(terms, args);
  if (code !== 0) throw failure(terms.log, 'terraform plan');
  return await showPlan(terms);
}

export interface Applied {
  readonly tracker: ApplyTracker;
  /** Undefined when all went well. */
  readonly error: SyncError | undefined;
}

/** Applies the plan in the workspace. Never throws for what came of it: what is half done must be looked at. */
export async function apply({ workspace, log, stop }: StepTerms): Promise<Applied> {
  const tracker = createApplyTracker();
  const { code } = await workspace.run({
    args: ['apply', '-input=false', '-no-color', '-json', PLAN_FILE],
    stop,
    keepAs: APPLY_OUTPUT,
    onLine: (line) => {
      tracker.hear(line);
      log.hear(line);
    },
  });
  if (code === 0) return { tracker, error: undefined };
  // What was asked to stop and got done all the same is done.
  const { reason } = stop;
  const error = stop.aborted && reason instanceof SyncError ? reason : failure(log, 'terraform apply');
  return { tracker, error };
}

/** Whether a plan after the apply finds nothing to do. */
export async function isSettled(terms: StepTerms): Promise<boolean> {
  const args = ['plan', '-input=false', '-no-color', '-json', '-detailed-exitcode', '-lock=false'];
  const { code } = await call(terms, args);
  if (code === 0 || code === 2) return code === 0;
  throw failure(terms.log, 'terraform plan after the apply');
}

export async function forceUnlock(terms: StepTerms, lock: string): Promise<void> {
  const { code } = await call(terms, ['force-unlock', '-force', '-no-color', lock]);
  if (code !== 0) throw failure(terms.log, 'terraform force-unlock');
}

/** Brings a state back that a run could not write. Terraform refuses one that is older, or another one. */
export async function pushState(terms: StepTerms, name: string): Promise<void> {
  const { code } = await call(terms, ['state', 'push', '-no-color', name]);
  if (code !== 0) throw failure(terms.log, 'terraform state push');
}

const CODES: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/saved plan is stale/i, 'PlanStale', 'The state moved on after the plan was made.'],
  [/acquiring the state lock/i, 'StateRefused', 'Somebody else holds the state.'],
  [/failed to (?:persist|save) state/i, 'TerraformFailed', 'The state could not be written.'],
];

/** What the stream said, since every failure has the exit code 1. */
function failure({ errors }: RunLog, what: string): SyncError {
  const said = errors.join('\n');
  const known = CODES.find(([pattern]) => pattern.test(said));
  const [, code, meaning] = known ?? [undefined, 'TerraformFailed' as const, `${what} failed.`];
  const first = errors[0]?.replace(/^error: /, '');
  return new SyncError(code, first === undefined ? meaning : `${meaning} It says: ${first}`);
}
