import { type DriftReport, readDriftReport } from '../../domain/deployment-request/drift/schema.ts';
import { renderDrift } from '../../domain/notification/render-drift.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { hashText } from '../ledger/hash-text.ts';
import { recordFacts } from './change.ts';
import { DRIFT_REPORT, factOf } from './drift.ts';
import type { RequestPorts, RunPorts } from './ports.ts';

export interface DriftToldTerms {
  /** Whose report it has to be. */
  readonly execution: string;
  /** What is said of the task; undefined where it ended well. */
  readonly problem: string | undefined;
  /** Lines with links to what can be looked at. */
  readonly where: readonly string[];
}

export interface DriftTold {
  readonly looked: number;
  readonly drifted: number;
  /** What could not be looked at, and why; undefined where everything was. */
  readonly problem: string | undefined;
  readonly mailed: boolean;
}

/**
 * Hands the ledger what the last look for drift found, and mails people what they have not been told of: one mail a
 * look, and each cause once for as long as the store remembers it. The report says what was found, never the task's
 * exit code. What the mail system does not take is mailed by the next look.
 */
export async function tellDrift(
  ports: Pick<RequestPorts, 'ledger' | 'whenNotKept'> &
    Pick<RunPorts, 'store'> & { readonly notifier: Notifier },
  { execution, problem, where }: DriftToldTerms,
): Promise<DriftTold> {
  const bytes = await ports.store.get(DRIFT_REPORT);
  const read = bytes && readDriftReport(new TextDecoder().decode(bytes));
  const report = read?.execution === execution ? read : undefined;
  for (const each of report?.drifted ?? [])
    await recordFacts(ports, each.id, [factOf(each, report?.at ?? '')]);
  const causes = causesOf(report, problem);
  const news: typeof causes = [];
  for (const cause of causes) if ((await ports.store.get(cause.name)) === undefined) news.push(cause);
  if (news.length > 0) {
    await ports.notifier.notify(
      renderDrift(
        news.map(({ line }) => line),
        report,
        where,
      ),
    );
    for (const { name } of news) await ports.store.put(name, new TextEncoder().encode(`${execution}\n`));
  }
  const failed = report?.failed ?? [];
  return {
    looked: report?.looked ?? 0,
    drifted: report?.drifted.length ?? 0,
    problem:
      report === undefined
        ? noReport(problem)
        : failed.length === 0
          ? undefined
          : `${failed.length} deployments could not be looked at, such as ${failed[0]?.id}: ${failed[0]?.reason}`,
    mailed: news.length > 0,
  };
}

function noReport(problem: string | undefined): string {
  return `Drift could not be looked for: ${problem ?? 'the task ended without a report'}.`;
}

/** Each with the name under which it is noted that people were told. */
function causesOf(report: DriftReport | undefined, problem: string | undefined) {
  const named = (words: readonly string[], line: string) => ({
    name: `told/drift/${hashText(words.join('\n')).slice(0, 32)}`,
    line,
  });
  if (report === undefined) return [named(['no report', problem ?? ''], noReport(problem))];
  return [
    ...report.drifted.map(({ id, serial, resources }) =>
      named(['drifted', id, String(serial), ...resources], `${id}: ${resources.join(', ')}`),
    ),
    ...report.failed.map(({ id, reason }) =>
      named(['failed', reason.replaceAll(id, 'ID')], `${id} could not be looked at: ${reason}`),
    ),
  ];
}
