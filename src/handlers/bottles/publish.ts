import type { BottlesResult } from '../../application/bottles/results.ts';
import { abandonRun, publishRun } from '../../application/bottles/run/publish-run.ts';
import { type BottlesComposition, composeBottles } from '../composition/bottles.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { type PublishedRun, publishEvent, runIdOf } from './events/schema.ts';

/** What fits into a payload beside everything else; the log and the run's papers have all. */
const MAX_NAMED = 50;
const MAX_REASON = 500;

/** Shows clients what a run has brought, whole or not at all; or ends the turn of one that will not come to that. */
export const handler = lambdaFunction({
  event: publishEvent,
  compose: composeBottles,
  metrics: { duration: 'BottlesPublishDuration' },
  async run(composition, { event, signal }) {
    await using ports = await composition.open(signal);
    const id = runIdOf(event.executionId);
    if (event.action === 'abandon') {
      await abandonRun(ports, id);
      return { abandoned: true } as const;
    }
    const lost = event.groups
      .flat()
      .flatMap(({ group, error }) => (error === null ? [] : [{ group, error }]));
    const result = await publishRun(ports, { id, lost });
    measure(composition, result);
    return toldOf(result);
  },
});

function measure({ count }: BottlesComposition, { summary, missing }: BottlesResult): void {
  count('Bottles', summary.bottles);
  count('BottlesFetched', summary.fetched);
  count('BottlesFailed', summary.failed);
  count('BytesFetched', summary.bytes);
  count('BottlesMissing', missing.filter(({ allowed }) => !allowed).length);
}

function toldOf(result: BottlesResult): PublishedRun {
  const { ok, outcome, destination, snapshot, current, missing, summary } = result;
  // A run of this function never only plans.
  const ended = outcome === 'planned' ? 'incomplete' : outcome;
  const lacking = missing.filter(({ allowed }) => !allowed);
  const [first] = lacking;
  return {
    ok,
    outcome: ended,
    destination,
    snapshot,
    current,
    bottles: summary.bottles,
    fetched: summary.fetched,
    bytes: summary.bytes,
    missing: missing.slice(0, MAX_NAMED).map((each) => ({ ...each, reason: cut(each.reason) })),
    error: ok ? null : 'BottlesIncomplete',
    cause: first === undefined ? null : cut(causeOf(lacking.length, first)),
  };
}

function causeOf(
  count: number,
  { formula, reason }: { readonly formula: string; readonly reason: string },
): string {
  const formulae = count === 1 ? '1 formula is' : `${count} formulae are`;
  return `${formulae} incomplete, and nothing was published. The first: ${formula}: ${reason}`;
}

const cut = (text: string): string => (text.length <= MAX_REASON ? text : `${text.slice(0, MAX_REASON)}…`);
