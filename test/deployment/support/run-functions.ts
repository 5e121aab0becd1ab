import type { ProviderReference } from '../../../src/domain/deployment/run-references.ts';
import { workOf } from '../../../src/domain/deployment/run-work.ts';
import type { NotificationMessage } from '../../../src/domain/notification/message.ts';
import { answerRun } from '../../../src/handlers/run-report.ts';
import { errorHandlerEvent, runEvent } from '../../../src/handlers/schema.ts';
import type { Json } from './cloudformation.ts';
import type { TaskHandlers } from './state-machine.ts';

type ReportingTasks = Pick<
  TaskHandlers,
  'RecordFailure' | 'NotePageFailure' | 'ReportRun' | 'NotifyFailures'
>;

/** What ErrorHandler answers to a run, by the real code; the messages and the counts are kept here. */
export function reporting(): {
  readonly tasks: ReportingTasks;
  readonly messages: NotificationMessage[];
  readonly counts: Record<string, number>;
} {
  const messages: NotificationMessage[] = [];
  const counts: Record<string, number> = {};
  const count = (name: string) => void (counts[name] = (counts[name] ?? 0) + 1);
  const composition = {
    topicArn: 'arn:aws:sns:eu-central-1:123456789012:topic',
    place: { partition: 'aws', region: 'eu-central-1' },
    logGroups: { readConfig: 'read-config', checkVersion: 'check-version', downloadAndUpload: 'upload' },
    notifier: {
      notify: async (message: NotificationMessage) => {
        messages.push(message);
        return { messageId: String(messages.length) };
      },
    },
    countFailure: count,
    countRun: count,
  };
  const answer = (payload: Json) => {
    const event = errorHandlerEvent.parse(payload);
    if (!('action' in event)) throw new Error('not about a run');
    return answerRun(composition, event);
  };
  const tasks = { RecordFailure: answer, NotePageFailure: answer, ReportRun: answer, NotifyFailures: answer };
  return { tasks, messages, counts };
}

/** ReadConfig for configs that are kept here, by the id of their version. */
export function readConfigOf(
  configs: (versionId: string | undefined) => readonly ProviderReference[],
): TaskHandlers['ReadConfig'] {
  return (payload) => {
    const event = runEvent.parse(payload);
    const { bucket, key, versionId } = event.input;
    return workOf(event, { bucket, key, versionId: versionId ?? null }, configs(versionId));
  };
}

export const MY_TURN: TaskHandlers['TakeTurn'] = () => ({ turn: 'yours', waitSeconds: 0, joined: null });
