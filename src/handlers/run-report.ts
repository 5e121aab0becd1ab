import {
  afterBrokenPage,
  afterPage,
  endOf,
  type RunEnd,
  type RunProgress,
  recordFailure,
} from '../domain/deployment/run-report.ts';
import type { FailedProvider } from '../domain/notification/digest.ts';
import { renderDigest } from '../domain/notification/render-digest.ts';
import type { NotificationComposition } from './composition/notification.ts';
import type { RunReportEvent } from './schema.ts';

type Sent = { readonly messageId: string };
type Ended = (RunEnd | (Omit<RunEnd, 'outcome'> & { readonly outcome: 'page' })) & {
  readonly progress: RunProgress;
};

/** What a run asks ErrorHandler for on its way, and what it gets. Throws NotificationFailed. */
export async function answerRun(
  composition: NotificationComposition,
  event: RunReportEvent,
): Promise<FailedProvider | RunProgress | Ended | Sent> {
  switch (event.action) {
    case 'record-failure': {
      const failure = recordFailure(event.item);
      composition.countFailure(failure.code);
      return failure;
    }
    case 'note-page-failure':
      return afterBrokenPage(event);
    case 'leave-to-run':
      return { messageId: '' };
    case 'report-run':
      return reportRun(composition, event);
    default:
      return sendDigest(composition, event);
  }
}

function sendDigest(
  { place, logGroups, notifier }: NotificationComposition,
  { digest, config, executionId, pages }: Extract<RunReportEvent, { action: 'send-digest' }>,
): Promise<Sent> {
  return notifier.notify(renderDigest({ digest, total: sum(pages), config, executionId, place, logGroups }));
}

function reportRun(
  composition: NotificationComposition,
  event: Extract<RunReportEvent, { action: 'report-run' }>,
): Ended {
  const progress = afterPage(event);
  const end = endOf(progress.digest, sum(event.pages));
  if (event.isPage) return { ...end, outcome: 'page', progress };
  composition.countRun(end.outcome);
  return { ...end, progress };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
