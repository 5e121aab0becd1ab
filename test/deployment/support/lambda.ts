import type { Context } from 'aws-lambda';
import type { Json } from './cloudformation.ts';
import type { TaskHandlers } from './state-machine.ts';

/** What Lambda hands a function beside its event. */
export function lambdaContext(remainingMs = 900_000): Context {
  return {
    awsRequestId: 'a3de505e-f16b-42f4-b3e6-bcd2e4a73903',
    functionName: 'local',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:local',
    memoryLimitInMB: '256',
    logGroupName: '/aws/lambda/local',
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => remainingMs,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

/** The real functions behind the tasks of the state machine; each call is told to `onCall`. */
export async function realTaskHandlers(onCall: (task: string, payload: Json) => void): Promise<TaskHandlers> {
  const [takeTurn, readConfig, checkVersion, downloadAndUpload, notifyError] = await Promise.all([
    import('../../../src/handlers/take-turn.ts'),
    import('../../../src/handlers/read-config.ts'),
    import('../../../src/handlers/check-version.ts'),
    import('../../../src/handlers/download-and-upload.ts'),
    import('../../../src/handlers/notify-error.ts'),
  ]);
  const calling =
    (task: string, { handler }: { handler: (event: unknown, context: Context) => Promise<unknown> }) =>
    (payload: Json) => {
      onCall(task, payload);
      return handler(payload, lambdaContext());
    };
  return {
    TakeTurn: calling('TakeTurn', takeTurn),
    ReadConfig: calling('ReadConfig', readConfig),
    CheckVersionExists: calling('CheckVersionExists', checkVersion),
    DownloadAndUpload: calling('DownloadAndUpload', downloadAndUpload),
    RecordFailure: calling('RecordFailure', notifyError),
    NotePageFailure: calling('NotePageFailure', notifyError),
    ReportRun: calling('ReportRun', notifyError),
    NotifyFailures: calling('NotifyFailures', notifyError),
    NotifyConfigError: calling('NotifyConfigError', notifyError),
  };
}
