import type { WantedBottle } from '../../../domain/bottle/resolve.ts';
import {
  type GroupOutcome,
  type GroupResult,
  readGroup,
  readGroupResult,
  readRunPlan,
} from '../../../domain/bottle/run/schema.ts';
import { reportOf, SyncError } from '../../../domain/errors.ts';
import type { EventLog } from '../../../ports/event-log.ts';
import { type BroughtBottle, bringBottles, signersOf } from '../bring.ts';
import { readHoldings } from '../mirror-documents.ts';
import type { BottleOptions, BottlePorts } from '../ports.ts';
import { findPaper, readPaper, runKeys, writePaper } from './documents.ts';

export interface BroughtGroup {
  readonly bottles: number;
  readonly fetched: number;
  readonly failed: number;
  /** Of what passed, in this attempt and those before it. */
  readonly bytes: number;
}

/**
 * Brings one group of a begun run: what is there already is not fetched again, so that whoever goes on with a group
 * that somebody else broke off brings what is missing alone. What became of it is kept for `publishRun`. Throws
 * Interrupted, or the signal's reason, and what the store does; and, once the result is kept, the error of a bottle that
 * may come when it is tried again.
 */
export async function bringRunGroup(
  ports: Pick<BottlePorts, 'registry' | 'store' | 'events'>,
  { id, group }: { readonly id: string; readonly group: string },
  options: BottleOptions,
): Promise<BroughtGroup> {
  const { store } = ports;
  const keys = runKeys(id);
  const { bottles } = await readPaper(store, keys.group(group), readGroup);
  const plan = await readPaper(store, keys.plan, readRunPlan);
  const before = await findPaper(store, keys.result(group), readGroupResult);
  const fetched = new Set(before?.fetched);
  const events = noting(ports.events, fetched);
  const keep = (outcomes: readonly GroupOutcome[]): Promise<void> => {
    const result: GroupResult = { outcomes, fetched: [...fetched].toSorted() };
    return writePaper(store, keys.result(group), result);
  };
  let brought: readonly BroughtBottle[];
  try {
    const holdings = await readHoldings(store);
    const signedBy = signersOf(plan.apis);
    brought = await bringBottles({ ...ports, events }, bottles, holdings, { ...options, signedBy });
  } catch (error) {
    await keep(bottles.map((bottle) => unfinished(bottle, error)));
    throw error;
  }
  const outcomes = brought.map((each) => outcomeOf(each, fetched));
  await keep(outcomes);
  for (const each of outcomes) {
    if (each.outcome !== 'failed') continue;
    const error = new SyncError(each.error.code, `${each.bottle.filename}: ${each.error.message}`);
    if (error.retryable) throw error;
  }
  return countsOf(outcomes);
}

function countsOf(outcomes: readonly GroupOutcome[]): BroughtGroup {
  const passed = outcomes.flatMap((each) => (each.outcome === 'fetched' ? [each.bottle] : []));
  return {
    bottles: outcomes.length,
    fetched: passed.length,
    failed: outcomes.filter(({ outcome }) => outcome === 'failed').length,
    bytes: passed.reduce((sum, { size }) => sum + size, 0),
  };
}

/** A log that also notes whose bytes have passed. */
function noting(events: EventLog, fetched: Set<string>): EventLog {
  return {
    ...events,
    append: (event) => {
      if (event.kind === 'BottleTransferred') fetched.add(event.bottle);
      events.append(event);
    },
  };
}

function outcomeOf(brought: BroughtBottle, fetched: ReadonlySet<string>): GroupOutcome {
  if (brought.outcome === 'failed') return brought;
  const { bottle } = brought;
  return { outcome: fetched.has(bottle.filename) ? 'fetched' : 'present', bottle };
}

function unfinished(bottle: WantedBottle, error: unknown): GroupOutcome {
  return { outcome: 'failed', bottle, error: reportOf(error) };
}
