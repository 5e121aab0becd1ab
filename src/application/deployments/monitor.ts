import {
  type DeploymentRequest,
  isRunning,
  type KnownState,
} from '../../domain/deployment-request/request.ts';
import { judgeState, unsettledAfter } from '../../domain/deployment-request/state/judgement.ts';
import { describeRow, type UnreadableRow } from '../../domain/deployment-request/unreadable.ts';
import { isSyncError, toSyncError } from '../../domain/errors.ts';
import { changeRequest, recordFacts } from './change.ts';
import { factOf, lookForDrift } from './drift.ts';
import type { RunPorts } from './ports.ts';
import { savedState } from './prepare.ts';
import { createApplyTracker } from './run-log.ts';
import { APPLY_OUTPUT, ERRORED_STATE } from './terraform-steps.ts';

/** What the monitor found about one request, and what it did about it. */
export interface Finding {
  readonly id: string;
  readonly what:
    | 'runner-lost'
    | 'stuck'
    | 'waiting'
    | 'drifted'
    | 'state-refused'
    | 'lock-left'
    | 'unsettled'
    | 'unreadable';
  readonly detail: string;
  /** What was mended, or what a person should do. */
  readonly done: string;
}

export interface MonitorTerms {
  /** Also compares what is deployed with its state, by a plan that only reads. */
  readonly drift: boolean;
  /** Pending for longer than this is called stuck, in minutes. */
  readonly stuckMinutes: number;
  readonly signal: AbortSignal;
  readonly limit: number;
}

/**
 * Compares requests, runners, states and locks, ends what no runner is left for, hands the ledger what it lacks, and
 * reports the rest. Nothing is applied, and nothing is destroyed.
 */
export async function monitorDeployments(ports: RunPorts, terms: MonitorTerms): Promise<readonly Finding[]> {
  const { requests } = ports;
  const statuses = [
    'PENDING_DEPLOY',
    'PENDING_DESTROY',
    'DEPLOYING',
    'DESTROYING',
    'DEPLOYED',
    'FAILED',
    'DESTROYED',
  ] as const;
  const findings: Finding[] = [];
  for (const status of statuses) {
    const listed = await requests.list(status, terms.limit);
    findings.push(...listed.unreadable.map(unreadableFinding));
    for (const request of listed.requests) {
      terms.signal.throwIfAborted();
      await recordFacts(ports, request.id, request.facts);
      try {
        findings.push(...(await look(ports, request, terms)));
      } catch (error) {
        terms.signal.throwIfAborted();
        const { message } = toSyncError(error);
        findings.push(unreadFinding(request.id, message));
      }
    }
  }
  return findings;
}

/** The row is left as it is: what somebody meant by it is not for the monitor to guess. */
function unreadableFinding(row: UnreadableRow): Finding {
  return { ...describeRow(row), what: 'unreadable', done: 'Mend the row or delete it.' };
}

async function look(
  ports: RunPorts,
  request: DeploymentRequest,
  terms: MonitorTerms,
): Promise<readonly Finding[]> {
  const { id, status, run, state } = request;
  if (isRunning(request)) {
    if (run?.stage === 'awaiting-approval') return waiting(ports, request, terms);
    return await mendLostRun(ports, request);
  }
  if (status === 'PENDING_DEPLOY' || status === 'PENDING_DESTROY') {
    return isOlder(ports, request.updatedAt, terms)
      ? [
          {
            id,
            what: 'stuck',
            detail: `${status} since ${request.updatedAt}`,
            done: `Run it: provider-sync deployments run ${id}`,
          },
        ]
      : [];
  }
  const findings: Finding[] = [];
  const judged = judgeState(await ports.store.readState(id), state);
  if ('problem' in judged) {
    findings.push({
      id,
      what: 'state-refused',
      detail: judged.problem,
      done: 'Bring the state back before the next run.',
    });
  }
  const lock = await ports.store.readLock(id);
  if (lock !== undefined) {
    const detail = `locked by ${lock.who} since ${lock.created}, and no run is going on`;
    findings.push({
      id,
      what: 'lock-left',
      detail,
      done: 'The next run breaks it if its owner is dead by evidence.',
    });
  }
  if (status === 'FAILED' && (state?.unsettled.length ?? 0) > 0) {
    const detail = `may exist outside the state: ${state?.unsettled.join(', ')}`;
    findings.push({
      id,
      what: 'unsettled',
      detail,
      done: `Retry it, or look: provider-sync deployments retry ${id}`,
    });
  }
  if (status === 'DEPLOYED' && terms.drift && !('problem' in judged))
    findings.push(...(await driftFindings(ports, request, terms)));
  return findings;
}

function waiting(ports: RunPorts, { id, run }: DeploymentRequest, terms: MonitorTerms): readonly Finding[] {
  if (run === undefined || !isOlder(ports, run.seenAt, terms)) return [];
  const detail = `the plan ${run.plan?.sha256 ?? ''} waits since ${run.plan?.at ?? run.seenAt}`;
  const done =
    run.approval === undefined
      ? `Approve it or cancel it: provider-sync deployments approve ${id} ${run.plan?.sha256.slice(0, 12)}`
      : `It is approved: provider-sync deployments run ${id}`;
  return [{ id, what: 'waiting', detail, done }];
}

function isOlder({ clock }: RunPorts, since: string, { stuckMinutes }: MonitorTerms): boolean {
  return clock.now().getTime() - Date.parse(since) >= stuckMinutes * 60_000;
}

/** Ends a run whose runner is dead by evidence. What it began is looked up in what it left behind. */
export async function mendLostRun(
  ports: Omit<RunPorts, 'secrets' | 'every'>,
  { id, run, state }: DeploymentRequest,
): Promise<readonly Finding[]> {
  if (run === undefined) return [];
  const evidence = await ports.watch.evidenceOfDeath(run);
  if (evidence === undefined) return [];
  const tracker = createApplyTracker();
  const applying = run.stage === 'applying' || run.stage === 'confirming';
  if (applying) for await (const line of ports.terraform.leftBehind(id, APPLY_OUTPUT)) tracker.hear(line);
  const errored = applying ? await ports.terraform.leftFile(id, ERRORED_STATE) : undefined;
  const contents = await savedState(ports, id, errored);
  const begun = [...tracker.begun, ...(state?.unsettled ?? [])];
  const unsettled = unsettledAfter(begun, tracker.failed, contents);
  const before = state ?? { serial: 0, lineage: '', resources: 0 };
  // An older state than the last known one is not taken over: the next run refuses it.
  const known: KnownState =
    contents === undefined || contents.serial < before.serial
      ? { ...before, unsettled }
      : {
          serial: contents.serial,
          lineage: contents.lineage,
          resources: contents.resources.length,
          unsettled,
        };
  const message =
    `The runner is gone: ${evidence}. ` +
    (applying
      ? 'It was applying a plan; what it had done by then is in the state.'
      : 'It had not begun to apply anything.');
  try {
    const failure = { code: 'RunnerLost', message, problems: [] } as const;
    const { id: runId, runner } = run;
    // First what was found there, then the folder, with secrets in it, and only then may somebody else run.
    await changeRequest(ports, id, () => ({ kind: 'Progressed', runId, runner, state: known }));
    await ports.terraform.discard(id);
    await changeRequest(ports, id, () => ({ kind: 'Failed', runId, runner, failure, state: known }));
  } catch (error) {
    if (isSyncError(error) && error.code === 'DeploymentConflict') return [];
    throw error;
  }
  return [
    {
      id,
      what: 'runner-lost',
      detail: evidence,
      done: 'The run is ended as FAILED: retry it or destroy it.',
    },
  ];
}

async function driftFindings(
  ports: RunPorts,
  request: DeploymentRequest,
  { signal }: MonitorTerms,
): Promise<readonly Finding[]> {
  const drifted = await lookForDrift(ports, request, signal);
  if (drifted === undefined) return [];
  const { id, resources } = drifted;
  await recordFacts(ports, id, [factOf(drifted, ports.clock.now().toISOString())]);
  return [driftFinding(id, resources)];
}

/** As the monitor tells it. */
export function driftFinding(id: string, resources: readonly string[]): Finding {
  const done = 'Find out who changed it. Nothing was changed here.';
  return { id, what: 'drifted', detail: resources.join(', '), done };
}

/** As the monitor tells what it could not look at. */
export function unreadFinding(id: string, reason: string): Finding {
  return { id, what: 'unreadable', detail: reason, done: 'Look at it: the monitor could not.' };
}
