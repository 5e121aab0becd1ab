import type { DriftReport } from '../../domain/deployment-request/drift/schema.ts';
import { driftOf } from '../../domain/deployment-request/plan/judgement.ts';
import type { DatedFact, DeploymentRequest } from '../../domain/deployment-request/request.ts';
import { judgeState } from '../../domain/deployment-request/state/judgement.ts';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import { recordFacts } from './change.ts';
import { readArchivedKind } from './kinds.ts';
import type { RunPorts } from './ports.ts';
import { openWorkspace } from './prepare.ts';
import { createRunLog } from './run-log.ts';
import { init, planRefresh } from './terraform-steps.ts';

/** Where the last look's report lies in the store. */
export const DRIFT_REPORT = 'drift/report.json';

const MOST_RESOURCES = 100;
/** How often it is asked whether a kind's time is over, in milliseconds. */
const POLL_MS = 1000;

export interface DriftTerms {
  /** Which execution asks for it. */
  readonly execution: string | undefined;
  readonly signal: AbortSignal;
  readonly limit: number;
}

type Drifted = DriftReport['drifted'][number];

/**
 * Compares everything that is deployed with its state, one after another, by plans that only read; changes no request
 * and takes no lock. What was found is kept in the store for whoever tells it. One that cannot be looked at, or takes
 * longer than its kind allows, holds up no other.
 */
export async function lookForDrifts(ports: RunPorts, terms: DriftTerms): Promise<DriftReport> {
  const { execution, signal, limit } = terms;
  const { requests } = await ports.requests.list('DEPLOYED', limit);
  const drifted: Drifted[] = [];
  const failed: DriftReport['failed'] = [];
  for (const request of requests) {
    signal.throwIfAborted();
    try {
      const judged = judgeState(await ports.store.readState(request.id), request.state);
      if ('problem' in judged) throw new SyncError('StateRefused', judged.problem);
      const found = await lookForDrift(ports, request, signal);
      if (found !== undefined) drifted.push(found);
    } catch (error) {
      signal.throwIfAborted();
      failed.push({ id: request.id, reason: toSyncError(error).message.slice(0, 5000) });
    }
  }
  const at = ports.clock.now().toISOString();
  const report: DriftReport = {
    ...(execution === undefined ? {} : { execution }),
    at,
    looked: requests.length,
    drifted,
    failed,
  };
  await ports.store.put(DRIFT_REPORT, new TextEncoder().encode(JSON.stringify(report)));
  for (const each of drifted) await recordFacts(ports, each.id, [factOf(each, at)]);
  return report;
}

/** What the ledger keeps of a drift: once a day, however often it is seen. */
export function factOf({ serial, resources }: Drifted, at: string): DatedFact {
  return { name: 'deployment.drifted', data: { serial, resources, day: at.slice(0, 10) }, at };
}

/** The resources of a deployment that are not as its state says; undefined when all are. */
export async function lookForDrift(
  ports: RunPorts,
  request: DeploymentRequest,
  signal: AbortSignal,
): Promise<Drifted | undefined> {
  const { id, kindDigest, state } = request;
  if (kindDigest === undefined || state === undefined) return undefined;
  const kind = await readArchivedKind(ports, kindDigest);
  const { minutes } = kind.limits;
  const log = createRunLog(() => {});
  await using workspace = await openWorkspace(ports, request, kind, `${id}.drift`);
  const late = new AbortController();
  const began = ports.clock.monotonic();
  const quiet = ports.every(POLL_MS, () => {
    if (ports.clock.monotonic() - began <= minutes * 60_000) return;
    const message = `The look for drift took more than the ${minutes} minutes that its kind allows.`;
    late.abort(new SyncError('TerraformFailed', message));
  });
  try {
    const steps = { workspace, log, stop: AbortSignal.any([signal, late.signal]) };
    await init(steps);
    const resources = driftOf(await planRefresh(steps));
    return resources.length === 0
      ? undefined
      : { id, serial: state.serial, resources: resources.slice(0, MOST_RESOURCES) };
  } finally {
    quiet();
  }
}
