import { SNSClient } from '@aws-sdk/client-sns';
import { createSnsNotifier } from '../../adapters/aws/sns-notifier.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { type NotificationSettings, readNotification } from '../settings.ts';
import { traceMethods } from '../tracing.ts';
import { SDK_OPTIONS } from './sdk.ts';

export interface NotificationComposition extends NotificationSettings {
  readonly notifier: Notifier;
  readonly logGroups: {
    readonly readConfig: string;
    readonly checkVersion: string;
    readonly downloadAndUpload: string;
  };
  /** Counts a provider that failed for good. */
  countFailure(code: string): void;
  /** Counts a run that has ended: an alarm looks for those that succeeded. */
  countRun(outcome: 'succeeded' | 'failed'): void;
}

export function composeNotification(runtime: Runtime): NotificationComposition {
  const { telemetry } = runtime;
  const settings = readSettings(runtime.environment, (reader) => ({
    notification: readNotification(reader),
    logGroups: {
      readConfig: reader.required('READ_CONFIG_LOG_GROUP'),
      checkVersion: reader.required('CHECK_VERSION_LOG_GROUP'),
      downloadAndUpload: reader.required('DOWNLOAD_AND_UPLOAD_LOG_GROUP'),
    },
  }));
  return {
    ...settings.notification,
    logGroups: settings.logGroups,
    notifier: createNotifier(runtime, settings.notification),
    countFailure: (code) => {
      const conflict = code === 'VersionConflict';
      telemetry.metrics.addMetric(conflict ? 'ProviderConflict' : 'ProviderFailed', 'Count', 1);
    },
    countRun: (outcome) => {
      telemetry.metrics.addMetric(outcome === 'succeeded' ? 'SyncSucceeded' : 'SyncFailed', 'Count', 1);
    },
  };
}

export function createNotifier({ trace }: Runtime, { topicArn }: NotificationSettings): Notifier {
  const sns = new SNSClient(SDK_OPTIONS);
  return traceMethods(trace, 'SNS publish', createSnsNotifier({ sns, topicArn }), ['notify']);
}
