import { randomUUID } from 'node:crypto';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import { printable, quote } from '../../domain/integrity/untrusted-text.ts';
import { holdSecretLink, redact, redactAll } from '../../domain/secrets/redaction.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { TokenSource } from '../../ports/token-source.ts';
import { parseHttpAddress } from '../http/address.ts';
import type { HttpClient, HttpDocument } from '../http/contract.ts';
import { isWebPage, WEB_PAGE } from '../http/web-page.ts';
import { toSlackMessage } from './message.ts';

export interface SlackNotifierOptions {
  /** Repeats a message that Slack answers with 429 when it asks for that, and one that never reached it. */
  readonly http: HttpClient;
  /** Where the webhook's address is: whoever knows it can write, so that it is kept like a token. */
  readonly webhook: TokenSource;
}

/** Slack answers with one word. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** With these the address itself may be an old one: it is read anew once. */
const GONE: readonly number[] = [403, 404, 410];

/**
 * Writes messages into a Slack channel by an incoming webhook, or into whatever takes the same form. The address is
 * read when it is first needed; no message, error or log says more of it than the host.
 */
export function createSlackNotifier({ http, webhook }: SlackNotifierOptions): Notifier {
  return {
    async notify({ subject, body }) {
      const message = redactAll(toSlackMessage({ subject: redact(subject), body: redact(body) }));
      try {
        const address = await readAddress(webhook);
        const answer = await post(http, address, message);
        const renewed = GONE.includes(answer.status) ? await readAddress(webhook, true) : address;
        requireTaken(renewed === address ? answer : await post(http, renewed, message), webhook);
      } catch (cause) {
        throw new SyncError(
          'NotificationFailed',
          `Slack did not take the message "${printable(subject)}": ${toSyncError(cause).message}`,
          { cause },
        );
      }
      // Slack gives a webhook's messages no id that it tells.
      return { messageId: randomUUID() };
    },
  };
}

async function readAddress(webhook: TokenSource, fresh = false): Promise<string> {
  const text = await webhook.read({ fresh });
  holdSecretLink(text);
  try {
    return parseHttpAddress(text).href;
  } catch (cause) {
    const { message } = toSyncError(cause);
    throw new SyncError('SecretUnreadable', `What ${webhook.description} holds is no webhook: ${message}`, {
      cause,
    });
  }
}

function post(http: HttpClient, url: string, message: object): Promise<HttpDocument> {
  return http.request({
    method: 'POST',
    url,
    target: 'the Slack webhook',
    secretUrl: true,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(message),
    maxBytes: MAX_ANSWER_BYTES,
  });
}

/** What Slack's words mean for who set the webhook up. */
const MEANINGS: Readonly<Record<string, string>> = {
  no_service: 'the webhook does not exist any more. Make another in Slack, and store its address',
  no_active_hooks: 'the webhook is switched off. Make another in Slack, and store its address',
  no_team: 'its workspace does not exist any more',
  invalid_token: 'the webhook’s address is not right. Store it again as Slack shows it',
  channel_not_found: 'its channel does not exist any more. Make a webhook for another',
  channel_is_archived: 'its channel is archived. Make a webhook for another',
  action_prohibited: 'the workspace does not allow it. Ask whoever administers it',
  posting_to_general_channel_denied: 'the workspace does not allow it in this channel',
};

function requireTaken(answer: HttpDocument, webhook: TokenSource): void {
  if (answer.status === 200 && !isWebPage(answer)) return;
  const said = new TextDecoder().decode(answer.bytes).trim();
  const meaning = isWebPage(answer)
    ? WEB_PAGE
    : (MEANINGS[said] ?? (said === '' ? 'it said nothing' : `it said ${quote(redact(said))}`));
  const { host } = new URL(answer.url);
  throw new SyncError(
    'NotificationFailed',
    `${host} answered ${answer.status} to the webhook in ${webhook.description}; ${meaning}.`,
  );
}
