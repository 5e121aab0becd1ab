import type { DriftReport } from '../deployment-request/drift/schema.ts';
import { printable } from '../integrity/untrusted-text.ts';
import { type NotificationMessage, toBody, toSubject } from './message.ts';

const MOST_LINES = 50;

/**
 * One mail about what a look for drift found. `news`: a line for each cause that people have not been told of; `report`:
 * undefined where there is none; `where`: lines with links to what can be looked at.
 */
export function renderDrift(
  news: readonly string[],
  report: DriftReport | undefined,
  where: readonly string[],
): NotificationMessage {
  const drifted = report?.drifted.length ?? 0;
  const subject =
    report === undefined
      ? 'Drift of deployments could not be looked for'
      : drifted > 0
        ? `${drifted} of ${report.looked} deployments drifted`
        : `${report.failed.length} of ${report.looked} deployments could not be looked at for drift`;
  const lines = news.slice(0, MOST_LINES).map((line) => `- ${printable(line).slice(0, 1000)}`);
  return {
    subject: toSubject(subject),
    body: toBody([
      report === undefined
        ? 'The task that compares what is deployed with its state did not come to its end.'
        : 'What is deployed was compared with its state. Nothing was changed.',
      [...lines, ...(news.length > MOST_LINES ? [`- and ${news.length - MOST_LINES} more`] : [])].join('\n'),
      'What to do: find out who changed what drifted, and undo it there; or destroy the deployment and ask for it anew. What ' +
        'could not be looked at is to be mended, so that the next look sees it.',
      where.join('\n'),
      'What you were told of already is not mailed again for a week.',
    ]),
  };
}
