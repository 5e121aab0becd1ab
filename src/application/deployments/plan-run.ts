import { createHash } from 'node:crypto';
import type { Kind } from '../../domain/deployment-request/kind/kind.ts';
import {
  changesOf,
  countChanges,
  judgePlan,
  sensitiveTexts,
} from '../../domain/deployment-request/plan/judgement.ts';
import type { DeploymentRequest, PlanRecord } from '../../domain/deployment-request/request.ts';
import { SyncError } from '../../domain/errors.ts';
import { holdSecret } from '../../domain/secrets/redaction.ts';
import { changeRequest } from './change.ts';
import { planName, type RunContext } from './run-context.ts';
import { makePlan, type StepTerms } from './terraform-steps.ts';

const MOST_CHANGES = 200;

export interface PlannedRun {
  readonly request: DeploymentRequest;
  readonly plan: PlanRecord;
  /** Somebody must approve it first. */
  readonly waits: boolean;
  /** Otherwise there is nothing to be applied. */
  readonly changed: boolean;
}

/** Makes a plan, judges it, and stores it. Throws PlanRefused with every problem. */
export async function planRun(
  context: RunContext,
  request: DeploymentRequest,
  steps: StepTerms,
  terms: {
    readonly kind: Kind;
    /** `ADDRESS VERSION` of every provider that was installed. */
    readonly providers: readonly string[];
    /** Of the state that it is made against. */
    readonly serial: number;
  },
): Promise<PlannedRun> {
  const { ports, id, own, run, log } = context;
  const { kind, providers, serial } = terms;
  await changeRequest(ports, id, () => ({ kind: 'Progressed', ...own, stage: 'planning' }));
  const { document, bytes, changed } = await makePlan(steps, run.action === 'destroy');
  for (const text of sensitiveTexts(document)) holdSecret(text);
  const problems = judgePlan(document, kind.allow, kind.lock?.entries.map(({ address }) => address) ?? []);
  if (problems.length > 0) {
    throw new SyncError('PlanRefused', 'The plan does what its kind does not allow. Nothing was applied.', {
      problems,
    });
  }
  const changes = changesOf(document);
  const plan: PlanRecord = {
    sha256: hashBytes(bytes),
    stateKey: ports.store.stateKey(id),
    stateSerial: serial,
    counts: countChanges(changes),
    changes: changes.slice(0, MOST_CHANGES),
    at: ports.clock.now().toISOString(),
  };
  log.say(summaryOf(plan));
  const waits = changed && changes.length > 0 && (kind.approval || request.approval);
  // What is not to be applied need not be kept.
  if (changed) await ports.store.put(planName(run.id), bytes);
  const planned = await changeRequest(ports, id, () => ({
    kind: 'Planned',
    ...own,
    plan,
    providers,
    approval: waits,
  }));
  if (waits) log.say(`It waits for an approval of the plan ${plan.sha256}.`);
  return { request: planned, plan, waits, changed };
}

function summaryOf({ counts, changes, sha256: digest }: PlanRecord): string {
  const { add, change, replace, destroy } = counts;
  const lines = changes.map(({ address, action }) => `  ${action} ${address}`);
  return [
    `Plan ${digest}: ${add} to add, ${change} to change, ${replace} to replace, ${destroy} to destroy.`,
    ...lines,
  ].join('\n');
}

/** SHA-256 in hex. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
