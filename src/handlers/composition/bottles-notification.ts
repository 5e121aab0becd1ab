import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretTokenSource } from '../../adapters/aws/secrets.ts';
import { hostOf, parseHttpAddress } from '../../adapters/http/address.ts';
import { createHttpClient } from '../../adapters/http/client.ts';
import { createSlackNotifier } from '../../adapters/slack/notifier.ts';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import type { ConsolePlace } from '../../domain/notification/console-links.ts';
import type { NotificationMessage } from '../../domain/notification/message.ts';
import type { TokenSource } from '../../ports/token-source.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { readNotification, readProxy } from '../settings.ts';
import { systemClock } from './clock.ts';
import { createNotifier } from './notification.ts';
import { SDK_OPTIONS } from './sdk.ts';

const WHAT = 'webhook’s address';

export interface BottlesNotification {
  readonly place: ConsolePlace;
  /**
   * Tells everybody: the topic, and the Slack channel where SLACK_SECRET_NAME is set. Who does not take the message keeps
   * it from nobody else, and is logged. Throws NotificationFailed when nobody took it.
   */
  readonly notify: (
    message: NotificationMessage,
    signal: AbortSignal,
  ) => Promise<{ readonly told: readonly string[] }>;
}

export function composeBottlesNotification(runtime: Runtime): BottlesNotification {
  const { environment, telemetry } = runtime;
  const { notification, slackSecret, proxy } = readSettings(environment, (reader) => ({
    notification: readNotification(reader),
    slackSecret: reader.optional('SLACK_SECRET_NAME'),
    proxy: readProxy(reader),
  }));
  const topic = createNotifier(runtime, notification);
  const webhook =
    slackSecret === undefined
      ? undefined
      : createSecretTokenSource({
          secrets: new SecretsManagerClient(SDK_OPTIONS),
          secretName: slackSecret,
          clock: systemClock,
          what: WHAT,
        });
  const tellSlack = async (source: TokenSource, message: NotificationMessage, signal: AbortSignal) => {
    // Whoever put the address into the secret has named its host: it may be a chat of the company's own.
    const address = parseHttpAddress(await source.read());
    const http = createHttpClient({
      side: 'upstream',
      userAgent: 'provider-sync-bottles',
      signal,
      allowedHosts: [hostOf(address)],
      ...(proxy === undefined ? {} : { proxy }),
    });
    try {
      const slack = createSlackNotifier({ http, webhook: source });
      await runtime.trace('Slack webhook', () => slack.notify(message));
    } finally {
      await http.close();
    }
  };
  return {
    place: notification.place,
    notify: async (message, signal) => {
      const everybody = [
        ['topic', () => topic.notify(message)],
        ...(webhook === undefined ? [] : [['Slack', () => tellSlack(webhook, message, signal)] as const]),
      ] as const;
      const told: string[] = [];
      let failure: unknown;
      for (const [name, tell] of everybody) {
        try {
          await tell();
          told.push(name);
        } catch (error) {
          failure = error;
          telemetry.logger.error(`NotTold ${name}`, { reason: toSyncError(error).message });
          telemetry.metrics.addMetric('NotificationFailed', 'Count', 1);
        }
      }
      if (told.length > 0) return { told };
      throw new SyncError('NotificationFailed', `Nobody took the message "${message.subject}".`, {
        cause: failure,
      });
    },
  };
}
